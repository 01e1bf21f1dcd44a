exports.handler = async (event) => ({ ...event, shipped: true });
