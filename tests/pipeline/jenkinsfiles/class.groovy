class Deployer implements Serializable {
    private final def script
    String stage = 'dev'
    Deployer(script) { this.script = script }
    def ship(String stack, List<String> tags = []) {
        script.sh "sam deploy --stack-name ${stack}-${stage} --tags ${tags.join(' ')}"
        return this
    }
    static boolean isMain(env) { env.BRANCH_NAME ==~ /main|master/ }
}
node { new Deployer(this).ship('orders') }
