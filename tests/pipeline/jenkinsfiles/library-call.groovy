library identifier: 'lib@main', retriever: modernSCM([$class: 'GitSCMSource', remote: 'https://x'])
samPipeline(
    stack: 'orders',
    stages: [
        [name: 'staging', approve: false],
        [name: 'prod', approve: true],
    ],
)
