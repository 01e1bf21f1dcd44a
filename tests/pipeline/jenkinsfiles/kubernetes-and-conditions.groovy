pipeline {
    agent {
        kubernetes {
            yaml '''
apiVersion: v1
kind: Pod
spec:
  containers:
  - name: sam
    image: public.ecr.aws/sam/build-python3.12
    command: ["cat"]
'''
            defaultContainer 'sam'
        }
    }
    stages {
        stage("Build & Test") {
            parallel {
                stage('unit') { steps { container('sam') { sh 'pytest tests/unit' } } }
                stage('lint') { steps { catchError(buildResult: 'SUCCESS', stageResult: 'UNSTABLE') { sh 'ruff check' } } }
            }
        }
        stage("Deploy") {
            environment {
                AWS = credentials("${params.PROD ? 'prod-keys' : 'dev-keys'}")
                STACK = "orders-${env.BRANCH_NAME == 'main' ? 'prod' : 'dev'}"
            }
            when { anyOf { branch 'main'; branch pattern: 'release/.+', comparator: 'REGEXP'; expression { return params.FORCE } } }
            steps { retry(2) { timeout(time: 30, unit: 'MINUTES') { sh 'sam deploy --stack-name $STACK' } } }
        }
    }
}
