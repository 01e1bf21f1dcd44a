/* a comment with } and ' */
pipeline {
    agent any // { docker }
    stages {
        /* stage('old') { steps { sh 'x' } } */
        stage('Say "it"') {
            steps {
                echo 'a\'b { c'
                echo "x ${a ? "y {${b}}" : 'z'} w"
                echo '''it's "fine" { '''
                echo """he said "hi" ${'$'} \${NOT} """
                sh 'echo "\\$HOME" | sed "s/{/}/"'
                script { def r = (name =~ /^v(\d+)\/x$/); def t = $/dollar ' slashy/$; def d = a / b / c }
            }
        }
    }
}
