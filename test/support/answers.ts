// Holds every answer of the API to what /api/v1/openapi.json says of it; a key that is not described there is a fault.
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';

type Document = { paths: Record<string, Record<string, { responses: Record<string, Response> }>> };
type Response = { content?: Record<string, { schema: AnySchemaObject }> };
type Described = { pattern: RegExp; method: string; responses: Record<string, Response> };

const ajv = new Ajv({ allErrors: true, strict: false });
const compiled = new Map<AnySchemaObject, ValidateFunction>();

/** Of the document: a function that throws when a JSON answer is not as it says. What it does not name is let through. */
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
    if (!schema) throw new Error(`${method} ${pathname}: an answer with ${status} is not described`);
    const validate = compile(schema);
    if (validate(body)) return;
    const faults = (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
    throw new Error(`${method} ${pathname} answers otherwise than described: ${faults.join('; ')}`);
  };
}

/** Fixed paths come before those with parameters in the document, as they do in the router. */
const patternOf = (path: string) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`);

function compile(schema: AnySchemaObject): ValidateFunction {
  const validate = compiled.get(schema) ?? ajv.compile(closed(schema));
  compiled.set(schema, validate);
  return validate;
}

/** The same, with no other properties than those named, wherever any are. */
function closed(schema: unknown): AnySchemaObject {
  return JSON.parse(JSON.stringify(schema), (_key, value) =>
    value?.properties && value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value,
  );
}
