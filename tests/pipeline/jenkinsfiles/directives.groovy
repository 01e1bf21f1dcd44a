pipeline {
    agent { label 'linux && docker' }
    environment { A = ''; REGION = "eu-west-1"; KEYS = credentials('aws') }
    options { timeout(time: 1, unit: 'HOURS'); buildDiscarder(logRotator(numToKeepStr: '10')) ; skipDefaultCheckout() }
    parameters {
        string(name: 'VERSION', defaultValue: '', description: 'it\'s "the" version')
        booleanParam(name: 'DRY', defaultValue: true, description: '')
        choice(name: 'STAGE', choices: ['staging', 'prod'])
    }
    triggers { cron('H 4 * * 1-5') }
    tools { nodejs 'node-20' }
    stages {
        stage('Build') { steps { sh 'sam build' } }
        stage('Deploy') {
            when { allOf { branch 'main'; not { changeRequest() } } }
            input { message 'Ship?'; ok 'Go'; submitter 'alice,bob' }
            steps { withAWS(role: 'deploy', roleAccount: '1', region: "${REGION}") { sh "sam deploy --config-env ${params.STAGE}" } }
        }
    }
    post {
        always { junit '**/*.xml' }
        failure { mail to: 'a@b.c', subject: "no ${env.BUILD_TAG}", body: "x" } }
}
