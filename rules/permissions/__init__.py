"""SG8: permissions and roles of the deployment."""
