pipeline {
  agent none
  stages {
    stage('All') {
      failFast true
      matrix {
        agent { docker { image "node:${NODE}"; args '-u root' } }
        axes {
          axis { name 'NODE'; values '18', '20' }
          axis {
            name 'STAGE'
            values 'staging',
                   'prod'
          }
        }
        excludes { exclude { axis { name 'NODE'; values '18' } axis { name 'STAGE'; values 'prod' } } }
        stages { stage('T') { steps { sh 'npm test' } } stage('D') { steps { sh "sam deploy --config-env $STAGE" } } }
      }
    }
  }
}
