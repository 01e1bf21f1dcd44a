"""samguard's rules: one folder a family, one module a rule. Found by walking, named nowhere."""
