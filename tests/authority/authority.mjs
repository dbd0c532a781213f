// A real authorization server for the tests: oidc-provider on loopback, over TLS 1.3 alone. `tests/src/authority.rs`
// starts it and holds its other end: the first line of the standard input has the settings, each further one a command,
// and each is answered by a line of the standard output, the settings when the server is ready. All are JSON. It ends
// with its input, so that it never outlives a test.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';

// What matters is thrown. The rest is advice for production, and one line of it would break the answers.
console.info = console.warn = () => {};
const { default: Provider } = await import('oidc-provider');

const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const settings = JSON.parse((await input.next()).value);

// What a real server keeps in its database, for a restart.
const state = settings.state ?? { keys: newKeys(), rows: [] };
const rows = new Map(state.rows);

// oidc-provider asks only this for the time.
const realNow = Date.now;
let clockShift = 0;
Date.now = () => realNow() + clockShift;

let provider;
let handle;
// The `nbf` of the JWT that is made next, if it gets one.
let earliest;
const tls = { key: settings.key, cert: settings.chain, minVersion: 'TLSv1.3' };
const mutualTls = { ...tls, ca: settings.client_ca, requestCert: true, rejectUnauthorized: false };
const mutualPort = await listen(mutualTls, settings.mutual_tls_port);
const port = await listen(tls, settings.port);
const issuer = `https://localhost:${port}`;
configure();

answer({ issuer, port, mutual_tls_port: mutualPort });
for await (const line of input) {
  const { command, ...parameters } = JSON.parse(line);
  try {
    answer({ result: (await commands()[command](parameters)) ?? null });
  } catch (error) {
    answer({ error: error.stack });
  }
}
process.exit();

function withNotBefore(ctx, token, jwt) {
  if (earliest) jwt.payload.nbf = earliest;
}

function commands() {
  return { access_token: accessToken, revoke, rotate, shift_clock: shiftClock, state: currentState };
}

// A token as the token endpoint makes it. With a subject it is a user's, else the client's own. With an audience it is
// for a resource server, else for userinfo; with an algorithm it is a JWT (RFC 9068), else opaque.
async function accessToken({ client, subject, scope, audience, algorithm, not_before: notBefore }) {
  const token = { client: await provider.Client.find(client), scope };
  earliest = notBefore && Math.floor(Date.now() / 1000) + notBefore;
  if (audience) {
    token.resourceServer = new provider.ResourceServer(audience, {
      scope,
      accessTokenFormat: algorithm ? 'jwt' : 'opaque',
      // The key is for HS256, HS384 and HS512. All else is signed with the server's own.
      jwt: algorithm && { sign: { alg: algorithm, key: Buffer.from(settings.hmac_secret) } },
    });
  }
  if (!subject) return new provider.ClientCredentials(token).save();
  const grant = new provider.Grant({ clientId: client, accountId: subject });
  if (audience) grant.addResourceScope(audience, scope);
  else grant.addOIDCScope(scope);
  const grantId = await grant.save();
  return new provider.AccessToken({ ...token, accountId: subject, grantId, gty: 'authorization_code' }).save();
}

async function revoke({ token }) {
  const found = (await provider.AccessToken.find(token)) ?? (await provider.ClientCredentials.find(token));
  await found.destroy();
}

// New keys sign from now on. The old ones stay in the JWKS for the tokens they have signed, or go.
function rotate({ keep_old: keepOld }) {
  state.keys = keepOld ? [...newKeys(), ...state.keys] : newKeys();
  configure();
}

function shiftClock({ seconds }) {
  clockShift += seconds * 1000;
}

function currentState() {
  return { keys: state.keys, rows: [...rows] };
}

function configure() {
  const algorithms = settings.algorithms;
  provider = new Provider(issuer, {
    adapter: table,
    clients: clients(),
    clientAuthMethods: settings.client_authentication,
    clockTolerance: 0,
    cookies: { keys: ['unused'] },
    discovery: {
      mtls_endpoint_aliases: {
        introspection_endpoint: `https://localhost:${mutualPort}/token/introspection`,
        revocation_endpoint: `https://localhost:${mutualPort}/token/revocation`,
        userinfo_endpoint: `https://localhost:${mutualPort}/me`,
      },
    },
    formats: { customizers: { jwt: withNotBefore } },
    enabledJWA: { userinfoSigningAlgValues: algorithms },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: mayAsk },
      jwtUserinfo: { enabled: true },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        getCertificate: (ctx) => ctx.socket.getPeerX509Certificate(),
        certificateAuthorized: (ctx) => ctx.socket.authorized,
        certificateSubjectMatches: (ctx, _property, name) =>
          ctx.socket.getPeerX509Certificate().subjectAltName.split(', ').includes(`DNS:${name}`),
      },
      resourceIndicators: { enabled: true },
      revocation: { enabled: true, allowedPolicy: mayAsk },
    },
    findAccount,
    jwks: { keys: state.keys },
    claims: {
      openid: ['sub'],
      profile: ['name', 'locale', 'updated_at'],
      email: ['email', 'email_verified'],
      address: ['address'],
    },
    ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 86400 },
  });
  provider.on('server_error', (_ctx, error) => console.error(error));
  handle = provider.callback();
}

// A resource server `valve:METHOD` for each method of client authentication, and an app `app:ALGORITHM` for each form
// of userinfo. The colon shows who does not encode a name for Basic (RFC 6749 section 2.3.1).
function clients() {
  const secret = { client_secret: settings.client_secret };
  const credentials = {
    client_secret_basic: secret,
    client_secret_post: secret,
    client_secret_jwt: { ...secret, token_endpoint_auth_signing_alg: 'HS256' },
    private_key_jwt: { jwks: { keys: [settings.client_key] }, token_endpoint_auth_signing_alg: 'ES256' },
    tls_client_auth: { tls_client_auth_san_dns: settings.client_name },
    none: {},
  };
  const common = { grant_types: [], response_types: [], redirect_uris: [] };
  return [
    ...settings.client_authentication.map((method) => ({
      ...common, ...credentials[method], client_id: `valve:${method}`, token_endpoint_auth_method: method,
    })),
    { ...common, ...secret, client_id: 'app:json' },
    ...settings.algorithms.map((algorithm) => ({
      ...common, ...secret, client_id: `app:${algorithm}`, userinfo_signed_response_alg: algorithm,
    })),
  ];
}

// The database: a table for each of oidc-provider's models. Its own one for tests forgets all when its keys change.
function table(model) {
  const key = (id) => `${model} ${id}`;
  return {
    find: async (id) => rows.get(key(id)),
    upsert: async (id, row) => void rows.set(key(id), row),
    destroy: async (id) => void rows.delete(key(id)),
    revokeByGrantId: async (grantId) => rows.forEach((row, id) => row.grantId === grantId && rows.delete(id)),
  };
}

// RFC 7662 section 2.1: who asks about the tokens of others has authenticated.
function mayAsk(_ctx, client, token) {
  return client.clientAuthMethod !== 'none' || client.clientId === token.clientId;
}

// Every subject has an account, except `nobody`. Its claims have what is hard to read.
function findAccount(_ctx, subject) {
  if (subject === 'nobody') return undefined;
  const claims = {
    sub: subject,
    name: 'Žofie "Zo\\e" 🔑',
    locale: 'cs-CZ',
    updated_at: 1700000000,
    email: 'zofie@example.test',
    email_verified: true,
    address: { street_address: 'Ringstraße 1\n3. Stock', locality: 'Wien', country: 'AT' },
  };
  return { accountId: subject, claims: () => claims };
}

// One key of each type. They say no `alg`: the RSA key signs RS and PS, the Ed25519 key EdDSA and Ed25519.
function newKeys() {
  const types = [
    ['rsa', { modulusLength: 2048 }],
    ['ec', { namedCurve: 'P-256' }],
    ['ec', { namedCurve: 'P-384' }],
    ['ec', { namedCurve: 'P-521' }],
    ['ed25519', {}],
  ];
  return types.map(([type, options]) => {
    // By way of PEM: Node 20 can block for ever when it exports a key that it has just made as a JWK.
    const { privateKey } = generateKeyPairSync(type, {
      ...options,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    return { ...createPrivateKey(privateKey).export({ format: 'jwk' }), use: 'sig' };
  });
}

function listen(options, wanted) {
  const server = createServer(options, (request, response) => handle(request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(wanted ?? 0, '127.0.0.1', () => resolve(server.address().port));
  });
}

function answer(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
