def call(Map config = [:]) {
    pipeline {
        agent any
        stages {
            stage('x') {
                steps {
                    script {
                        config.each { k, v -> echo "$k=$v" }
                        def m = [a: 1, 'b-c': [2, 3], (config.key): { -> 4 }]
                        def r = m.collectEntries { k, v -> [(k): v] }.findAll { it.value != null }
                        switch (env.BRANCH_NAME) {
                            case 'main': sh 'sam deploy --config-env prod'; break
                            case ~/release\/.*/: sh 'sam deploy --config-env staging'; break
                            default: echo 'nothing'
                        }
                        while (!done()) { sleep 5 }
                        assert r : 'none'
                    }
                }
            }
        }
    }
}
