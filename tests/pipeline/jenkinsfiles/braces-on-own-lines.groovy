pipeline {
	agent any
	stages {
		stage('Deploy')
		{
			steps
			{
				script
				{
					if (params.PROD)
					{
						sh 'sam deploy --config-env prod'
					}
					else
						sh 'sam deploy --config-env dev'
				}
			}
		}
	}
}
