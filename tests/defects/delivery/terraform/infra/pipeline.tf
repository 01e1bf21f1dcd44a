variable "connection_arn" {
  type = string
}

locals {
  service = "quote"
}

resource "aws_codebuild_project" "build" {
  name          = "${local.service}-build"
  service_role  = aws_iam_role.build.arn
  build_timeout = 20

  artifacts {
    type = "CODEPIPELINE"
  }

  environment {
    type         = "LINUX_CONTAINER"
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/amazonlinux-x86_64-standard:5.0"

    environment_variable {
      name  = "BUCKET"
      value = aws_s3_bucket.artifacts.bucket
    }
  }

  source {
    type      = "CODEPIPELINE"
    buildspec = "buildspec.yml"
  }
}

resource "aws_codebuild_project" "smoke" {
  name          = "${local.service}-smoke"
  service_role  = aws_iam_role.build.arn
  build_timeout = 10

  artifacts {
    type = "CODEPIPELINE"
  }

  environment {
    type         = "LINUX_CONTAINER"
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
  }

  source {
    type      = "CODEPIPELINE"
    buildspec = <<-SPEC
      version: 0.2
      phases:
        build:
          commands:
            - pip install -r requirements-dev.txt
            - pytest tests/integration
    SPEC
  }
}

resource "aws_codepipeline" "delivery" {
  name           = "${local.service}-delivery"
  role_arn       = aws_iam_role.pipeline.arn
  pipeline_type  = "V2"
  execution_mode = "QUEUED"

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.bucket
  }

  stage {
    name = "Source"

    action {
      name             = "GitHub"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["code"]

      configuration = {
        ConnectionArn    = var.connection_arn
        FullRepositoryId = "example/quote"
        BranchName       = "main"
      }
    }
  }

  stage {
    name = "Build"

    action {
      name             = "TestAndPackage"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["code"]
      output_artifacts = ["built"]

      configuration = {
        ProjectName = aws_codebuild_project.build.name
      }
    }
  }

  stage {
    name = "Staging"

    action {
      name            = "Deploy"
      run_order       = 1
      category        = "Deploy"
      owner           = "AWS"
      provider        = "CloudFormation"
      version         = "1"
      input_artifacts = ["built"]

      configuration = {
        ActionMode            = "CREATE_UPDATE"
        StackName             = "${local.service}-staging"
        Capabilities          = "CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND"
        TemplatePath          = "built::packaged.yaml"
        TemplateConfiguration = "built::config/staging.json"
        RoleArn               = "arn:aws:iam::111111111111:role/quote-cloudformation-staging"
      }
    }

    action {
      name            = "SmokeTest"
      run_order       = 2
      category        = "Test"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      input_artifacts = ["code"]

      configuration = {
        ProjectName = aws_codebuild_project.smoke.name
      }
    }
  }

  stage {
    name = "Production"

    action {
      name      = "Approve"
      run_order = 1
      category  = "Approval"
      owner     = "AWS"
      provider  = "Manual"
      version   = "1"
    }

    action {
      name            = "Deploy"
      run_order       = 2
      category        = "Deploy"
      owner           = "AWS"
      provider        = "CloudFormation"
      version         = "1"
      input_artifacts = ["built"]

      configuration = {
        ActionMode            = "CREATE_UPDATE"
        StackName             = "${local.service}-prod"
        Capabilities          = "CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND"
        TemplatePath          = "built::packaged.yaml"
        TemplateConfiguration = "built::config/prod.json"
        RoleArn               = "arn:aws:iam::222222222222:role/quote-cloudformation-prod"
      }
    }
  }
}
