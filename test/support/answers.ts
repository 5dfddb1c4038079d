// Checks every API response against /api/v1/openapi.json; a key that is not described there is an error.
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';

type Document = { paths: Record<string, Record<string, { responses: Record<string, Response> }>> };
type Response = { content?: Record<string, { schema: AnySchemaObject }> };
type Described = { pattern: RegExp; method: string; responses: Record<string, Response> };

const ajv = new Ajv({ allErrors: true, strict: false });
const compiled = new Map<AnySchemaObject, ValidateFunction>();

/** Returns a function that throws when a JSON response differs from `document`. Routes that it does not list pass. */
export function createAnswerCheck(document: Document) {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]): Described => {
      return { pattern: patternOf(path), method: method.toUpperCase(), responses };
    }),
  );
  return (method: string, address: string, status: number, body: unknown) => {
    const { pathname } = new URL(address, 'http://localhost');
    const route = described.find((one) => one.method === method && one.pattern.test(pathname));
    if (!route) return;
    const response = route.responses[status] ?? route.responses[`${String(status)[0]}XX`];
    const schema = response?.content?.['application/json']?.schema;
    if (!schema) throw new Error(`${method} ${pathname}: a response with ${status} is not described`);
    const validate = compile(schema);
    if (validate(body)) return;
    const faults = (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
    throw new Error(`${method} ${pathname} does not match its description: ${faults.join('; ')}`);
  };
}

/** Fixed paths precede paths with parameters in the document, as in the router. */
const patternOf = (path: string) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`);

function compile(schema: AnySchemaObject): ValidateFunction {
  const validate = compiled.get(schema) ?? ajv.compile(closed(schema));
  compiled.set(schema, validate);
  return validate;
}

/** The same schema, without additional properties at any depth. */
function closed(schema: unknown): AnySchemaObject {
  return JSON.parse(JSON.stringify(schema), (_key, value) =>
    value?.properties && value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value,
  );
}
