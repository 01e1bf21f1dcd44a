def branches = [:]
['eu-west-1', 'us-east-1'].eachWithIndex { region, i ->
    branches["deploy-${region}"] = {
        node("agent-${i}") { sh "sam deploy --region ${region} --stack-name s" }
    }
}
parallel branches
def n = 0
while (n < 0) { n++ }
for (int i = 0; i < 3; i++) { n += i }
def range = (1..3).collect { it * 2 }
println range*.toString().join(', ')
int x = n <=> 2
def s = x > 0 ? 'a' : x < 0 ? 'b' : 'c'
def e = env.X ?: 'none'
