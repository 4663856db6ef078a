"""The AWS services beside DynamoDB: KMS, SQS, Step Functions."""
