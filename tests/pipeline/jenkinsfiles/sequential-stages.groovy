pipeline {
    agent any
    options {
        disableConcurrentBuilds abortPrevious: true
        lock(resource: 'prod')
        ansiColor('xterm')
    }
    stages {
        stage('Seq') {
            stages {
                stage('one') { steps { sh label: 'Build', script: 'sam build' } }
                stage('two') {
                    options { timeout(time: 10) }
                    steps {
                        sh(
                            label: "Deploy",
                            script: '''
                              sam deploy \
                                --config-env prod
                            '''
                        )
                    }
                    post { success { script { if (env.X) { build job: 'smoke', wait: true, parameters: [string(name: 'A', value: 'b')] } } } }
                }
            }
        }
    }
}
