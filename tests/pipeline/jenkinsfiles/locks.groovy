node {
    ws("/tmp/x") {
        configFileProvider([configFile(fileId: 'x', variable: 'F')]) {
            sh 'cp $F samconfig.toml'
        }
        lock('deploy') {
            milestone 1
            bat "sam deploy --config-env prod"
            powershell 'sam deploy'
            sh 'make deploy STAGE=prod' 
        }
        try { sh 'x' } catch (e) { echo "failed: ${e}" }
        catchError { sh 'y' }
        throw new Exception("no")
    }
}
