// What Groovy itself finds in the files given: for each its calls with a closure as last argument, name@line.
// groovy outline.gsh *.groovy > blocks.txt  (recorded with Groovy 2.4.21, that of Jenkins)
import org.codehaus.groovy.control.*
import org.codehaus.groovy.ast.*
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.*
args.each { path ->
  def out = []
  try {
    def cu = new CompilationUnit()
    cu.addSource(new File(path))
    cu.compile(Phases.CONVERSION)
    def visitor = new CodeVisitorSupport() {
      void visitMethodCallExpression(MethodCallExpression call) {
        def a = call.arguments
        if (call.implicitThis && a instanceof TupleExpression && a.expressions && a.expressions.last() instanceof ClosureExpression) out << "${call.methodAsString}@${call.lineNumber}"
        super.visitMethodCallExpression(call)
      }
    }
    cu.AST.modules.each { m -> m.statementBlock.visit(visitor); m.classes.each { c -> c.methods.each { it.code?.visit(visitor) } } }
    println "${path} ${out.unique().join(' ')}"
  } catch (Throwable e) {
    println "${path} ERROR " + e.message.readLines().find{it.contains('@ line')}
  }
}
