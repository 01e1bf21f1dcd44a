#!/usr/bin/env groovy
@Library(['shared@main', 'other']) _
import groovy.json.JsonSlurperClassic
def stages = ['dev', 'prod']
def versions = [dev: '1', prod: "2"] as Map<String, String>
node('linux') {
    try {
        for (s in stages) {
            stage("Deploy ${s}") {
                if (s == 'prod' && !env.SKIP?.toBoolean()) { input "Deploy ${s}?" }
                sh """
                    set -e
                    sam deploy --stack-name orders-${s} \\
                      --parameter-overrides Stage=${s} Version=${versions[s]}
                """
            }
        }
    } catch (hudson.AbortException | IOException e) {
        currentBuild.result = 'FAILURE'
        throw e
    } finally {
        deleteDir()
    }
}
