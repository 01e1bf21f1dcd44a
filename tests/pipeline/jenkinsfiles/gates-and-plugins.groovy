pipeline {
    agent { dockerfile { filename 'ci/Dockerfile'; dir 'build'; additionalBuildArgs '--build-arg A=1' } }
    libraries { lib('shared') }
    stages {
        stage('Gate') {
            agent none
            steps { timeout(time: 1, unit: 'DAYS') { input(id: 'go', message: 'Go?', parameters: [choice(name: 'C', choices: "a\nb")]) } }
        }
        stage('Deploy') {
            when { beforeAgent true; equals expected: 'prod', actual: params.STAGE; environment name: 'X', value: 'y'; tag 'v*' }
            steps {
                withAWS(credentials: 'k', region: 'eu-west-1') {
                    cfnUpdate(stack: 'orders-prod', file: 'template.yaml', params: ['Stage=prod', "V=${V}"], timeoutInMinutes: 10)
                }
                cfnUpdate stack: "orders-${params.STAGE}",
                          file: 'template.yaml',
                          params: [Stage: params.STAGE]
            }
        }
    }
}
