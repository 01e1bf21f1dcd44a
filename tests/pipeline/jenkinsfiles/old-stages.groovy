node {
    stage 'Checkout'
    checkout scm
    stage 'Build'
    sh 'sam build'
    stage 'Deploy'
    if (env.BRANCH_NAME == 'master') {
        sh 'sam deploy --config-env prod'
    } else if (env.BRANCH_NAME.startsWith('release/')) {
        sh 'sam deploy --config-env staging'
    }
    else
    {
        sh 'sam deploy --config-env dev'
    }
}
