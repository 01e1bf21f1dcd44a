import static java.util.Calendar.*
@NonCPS
def parse(text) { new groovy.json.JsonSlurper().parseText(text) }
def deploy(stage, Closure body = { }) {
    echo "to $stage"
    body.call()
    sh "sam deploy --config-env ${stage}"
}
pipeline {
    agent any
    stages { stage('D') { steps { script { deploy('prod') { echo 'before' } ; deploy 'dev', { } } } } }
}
