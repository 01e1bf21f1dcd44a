import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export const handler = async (event: APIGatewayProxyEventV2) => {
  const charge = JSON.parse(event.body ?? '{}');
  return { statusCode: 202, body: JSON.stringify({ accepted: charge.amount }) };
};
