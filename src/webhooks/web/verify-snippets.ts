// How a receiver verifies a signature, in two languages.
const node = `
// npm install standardwebhooks
import { Webhook } from 'standardwebhooks'
new Webhook(secret).verify(body, headers)
`;

const python = `
import base64, hmac
# body: the bytes that have arrived, h: the headers
key = base64.b64decode(secret[6:])
head = f"{h['webhook-id']}.{h['webhook-timestamp']}."
mac = hmac.new(key, head.encode() + body, 'sha256')
want = 'v1,' + base64.b64encode(mac.digest()).decode()
assert any(hmac.compare_digest(want, given)
           for given in h['webhook-signature'].split())
`;

export const verifySnippets = [
  { title: 'Verify in Node.js', code: node.trim() },
  { title: 'Verify in Python, without a package', code: python.trim() },
];
