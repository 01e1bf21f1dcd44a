pipeline {
    agent any
    environment {
        VERSION = sh(script: "cat VERSION", returnStdout: true).trim()
        IS_PROD = "${env.GIT_BRANCH == 'origin/main' ? 'true' : 'false'}"
        LIST = 'a b c'
        CHANGED = """${sh(
            returnStdout: true,
            script: 'git diff --name-only'
        )}"""
    }
    stages {
        stage('D') {
            when { expression { env.IS_PROD == 'true' } }
            steps { dir("services/${params.S}") { sh '''
                for env in staging prod; do
                  sam deploy --config-env "$env"
                done
            ''' } }
        }
    }
}
