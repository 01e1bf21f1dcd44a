"""SG0: reading. What makes the SAM transform refuse or misread the deployment parts of a template."""
