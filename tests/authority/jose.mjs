// Verifies tokens with panva's jose, for tests/jose. It reads one question a line and answers each with a line:
//   { jwks, jwk, token, algorithm, issuer, audience, now }   the keys as text; `jwk` alone is a shared secret
//   { claims } or { error, code }
import { createInterface } from 'node:readline';
import { createLocalJWKSet, importJWK, jwtVerify } from 'jose';

async function verify({ jwks, jwk, token, algorithm, issuer, audience, now }) {
  const key = jwk ? await importJWK(JSON.parse(jwk), algorithm) : createLocalJWKSet(JSON.parse(jwks));
  const { payload } = await jwtVerify(token, key, {
    algorithms: [algorithm],
    issuer,
    audience,
    currentDate: new Date(now * 1000),
    requiredClaims: ['exp', 'iss', 'aud'],
  });
  return { claims: payload };
}

// Half of a surrogate pair is a string in JavaScript and nowhere else.
const wellFormed = (_, value) => (typeof value === 'string' ? value.toWellFormed() : value);

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await verify(JSON.parse(line)).catch((error) => ({ error: error.message, code: typeof error.code === 'string' ? error.code : error.name }));
  process.stdout.write(`${JSON.stringify(answer, wellFormed)}\n`);
}
