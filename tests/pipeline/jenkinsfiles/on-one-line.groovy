pipeline{agent any;stages{stage('a'){steps{sh'make';sh"sam deploy --config-env prod"}}}}
