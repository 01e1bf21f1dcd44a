properties([disableConcurrentBuilds(), parameters([string(name: 'STAGE', defaultValue: 'dev')]), pipelineTriggers([githubPush()])])
timestamps {
    node('built-in') {
        checkout scm
        withEnv(["STAGE=${params.STAGE}", 'SAM_CLI_TELEMETRY=0']) {
            withCredentials([[$class: 'AmazonWebServicesCredentialsBinding', credentialsId: 'aws']]) {
                sh 'sam deploy --config-env "$STAGE"'
            }
        }
        def ok = sh(script: 'curl -f https://x/health', returnStatus: true) == 0
        if (!ok) error('down') else echo('up')
    }
}
