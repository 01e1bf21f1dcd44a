String text = 'a' +
    'b' +
    "c${1 + 1}"
List<Map<String, Object>> all = []
final int LIMIT = 10
def (a, b) = [1, 2]
def f = { String q, int w = 2 -> q * w }
all << [x: f('y')]
all?.first()?.x
node { sh("""sam deploy --stack-name ${text.replaceAll('[^a-z]', '-')}""") ; sh script: "ls", returnStatus: true }
return
