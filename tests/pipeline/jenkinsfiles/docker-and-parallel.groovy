node {
    def image = docker.build("app:${env.BUILD_ID}", '-f Dockerfile .')
    image.inside('-v /tmp:/tmp') {
        parallel(
            unit: { sh 'npm run test:unit' },
            'lint all': {
                sh(script: 'npm run lint', label: 'lint')
            },
            failFast: true
        )
    }
    def out = sh(returnStdout: true, script: 'git rev-parse HEAD').trim()
    env.SHA = out.take(7)
    sh """#!/bin/bash -e
aws cloudformation deploy --stack-name "app-\${STAGE}" --template-file t.yml
"""
}
