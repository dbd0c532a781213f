// A real authorization server for the tests: oidc-provider on loopback, over TLS 1.3 alone. `tests/src/authority.rs`
// starts it and holds its other end: the first line of the standard input has the settings, each further one a command,
// and each is answered by a line of the standard output, the settings when the server is ready. All are JSON. It ends
// with its input, so that it never outlives a test.
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';

// What matters is thrown. The rest is advice for production, and one line of it would break the answers.
console.info = console.warn = () => {};
const { default: Provider, errors } = await import('oidc-provider');

// What the resource servers know, each of them all.
const SCOPES = ['valve:open', 'valve:close', 'tank:read'];

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
// For what the opaque token that is made next is besides.
let toldAudience;
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
  return {
    access_token: accessToken,
    add_client: addClient,
    decide,
    revoke,
    rotate,
    shift_clock: shiftClock,
    state: currentState,
  };
}

// A token as the token endpoint makes it. With a subject it is a user's, else the client's own. With an audience it is
// for a resource server, else for userinfo; with an algorithm it is a JWT (RFC 9068), else opaque. With an encryption, the
// JWT is encrypted to that key. With `told_audience` it is for userinfo and for that resource server too.
async function accessToken(parameters) {
  const { client, subject, scope, audience, algorithm, encryption, not_before: notBefore } = parameters;
  const token = { client: await provider.Client.find(client), scope };
  toldAudience = parameters.told_audience;
  earliest = notBefore && Math.floor(Date.now() / 1000) + notBefore;
  if (audience) {
    token.resourceServer = new provider.ResourceServer(audience, {
      scope,
      accessTokenFormat: algorithm ? 'jwt' : 'opaque',
      // The key is for HS256, HS384 and HS512. All else is signed with the server's own.
      jwt: algorithm && {
        sign: { alg: algorithm, key: Buffer.from(settings.hmac_secret) },
        encrypt: encryption && { ...encryption, key: encryptionKey(encryption.key) },
      },
    });
  }
  if (!subject) return new provider.ClientCredentials(token).save();
  const grant = new provider.Grant({ clientId: client, accountId: subject });
  if (audience) grant.addResourceScope(audience, scope);
  else grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const saved = new provider.AccessToken({ ...token, accountId: subject, grantId, gty: 'authorization_code' }).save();
  return saved.finally(() => (toldAudience = undefined));
}

function encryptionKey(jwk) {
  return jwk.kty === 'oct' ? Buffer.from(jwk.k, 'base64url') : createPublicKey({ key: jwk, format: 'jwk' });
}

// A client that was not known at the start, as an administrator enters it.
function addClient({ metadata }) {
  rows.set(`Client ${metadata.client_id}`, { grant_types: [], response_types: [], redirect_uris: [], ...metadata });
}

// What the user says on the page where the code of a device is typed in: that it may act for this subject, or no.
async function decide({ user_code: userCode, subject }) {
  const code = await provider.DeviceCode.findByUserCode(userCode.replace(/\W/g, ''));
  if (!subject) return Object.assign(code, { error: 'access_denied' }).save();
  const { scope, resource } = code.params;
  const grant = new provider.Grant({ clientId: code.clientId, accountId: subject });
  grant.addOIDCScope(scope ?? '');
  if (resource) grant.addResourceScope(resource, scope);
  const authTime = Math.floor(Date.now() / 1000);
  const claims = { id_token: { auth_time: { essential: true } } };
  Object.assign(code, { accountId: subject, authTime, claims, grantId: await grant.save(), resource, scope });
  return code.save();
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
        device_authorization_endpoint: `https://localhost:${mutualPort}/device/auth`,
        introspection_endpoint: `https://localhost:${mutualPort}/token/introspection`,
        token_endpoint: `https://localhost:${mutualPort}/token`,
        revocation_endpoint: `https://localhost:${mutualPort}/token/revocation`,
        userinfo_endpoint: `https://localhost:${mutualPort}/me`,
      },
    },
    enabledJWA: {
      idTokenSigningAlgValues: algorithms,
      introspectionEncryptionAlgValues: encryptedAnswers('alg'),
      introspectionEncryptionEncValues: encryptedAnswers('enc'),
      introspectionSigningAlgValues: algorithms,
      userinfoEncryptionAlgValues: encryptedAnswers('alg'),
      userinfoEncryptionEncValues: encryptedAnswers('enc'),
      userinfoSigningAlgValues: algorithms,
    },
    extraTokenClaims: () => toldAudience && { told_audience: toldAudience },
    formats: { customizers: { jwt: withNotBefore } },
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: false },
      encryption: { enabled: true },
      introspection: { enabled: true, allowedPolicy: mayAsk },
      jwtIntrospection: { enabled: true },
      jwtUserinfo: { enabled: true },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        getCertificate: (ctx) => ctx.socket.getPeerX509Certificate(),
        certificateAuthorized: (ctx) => ctx.socket.authorized,
        certificateSubjectMatches: (ctx, _property, name) =>
          ctx.socket.getPeerX509Certificate().subjectAltName.split(', ').includes(`DNS:${name}`),
      },
      registration: { enabled: true, initialAccessToken: settings.initial_access_token },
      registrationManagement: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
      revocation: { enabled: true, allowedPolicy: mayAsk },
    },
    // It refuses loopback by its own dispatcher, and devices are there.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    findAccount,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    scopes: ['openid', 'offline_access', ...SCOPES],
    jwks: { keys: state.keys },
    claims: {
      openid: ['sub'],
      profile: ['name', 'locale', 'updated_at'],
      email: ['email', 'email_verified'],
      address: ['address'],
    },
    ttl: { AccessToken: 600, ClientCredentials: 600, DeviceCode: 600, Grant: 86400, IdToken: 600, RefreshToken: 86400 },
  });
  provider.use(tellAudience);
  provider.on('server_error', (_ctx, error) => console.error(error));
  handle = provider.callback();
}

// The algorithms for the answers that are encrypted.
function encryptedAnswers(name) {
  return [...new Set(settings.encrypted_answers.map((answer) => answer[name]))];
}

// A resource server `valve:METHOD` for each method of client authentication, which gets tokens of its own too, and an app
// `app:ALGORITHM` for each form of userinfo, which are those of introspection and ID tokens too: also `app:COMBINATION`,
// signed and then encrypted. The colon shows who does not encode a name for Basic (RFC 6749 section 2.3.1).
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
  const device = ['refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];
  const common = { grant_types: device, response_types: [], redirect_uris: [] };
  return [
    ...settings.client_authentication.map((method) => ({
      ...common, ...credentials[method], client_id: `valve:${method}`, token_endpoint_auth_method: method,
      // RFC 6749 section 4.4: only who authenticates asks for itself.
      grant_types: method === 'none' ? device : [...device, 'client_credentials'],
      id_token_signed_response_alg: 'ES256',
    })),
    { ...common, ...secret, client_id: 'app:json' },
    ...settings.algorithms.map((algorithm) => ({
      ...common,
      ...secret,
      client_id: `app:${algorithm}`,
      id_token_signed_response_alg: algorithm,
      introspection_signed_response_alg: algorithm,
      userinfo_signed_response_alg: algorithm,
    })),
    ...settings.encrypted_answers.map(({ client_id, alg, enc, jwks }) => ({
      ...common,
      ...secret,
      client_id,
      jwks: jwks ?? undefined,
      introspection_signed_response_alg: 'ES256',
      introspection_encrypted_response_alg: alg,
      introspection_encrypted_response_enc: enc,
      userinfo_signed_response_alg: 'ES256',
      userinfo_encrypted_response_alg: alg,
      userinfo_encrypted_response_enc: enc,
    })),
  ];
}

// The database: a table for each of oidc-provider's models. Its own one for tests forgets all when its keys change.
function table(model) {
  const key = (id) => `${model} ${id}`;
  return {
    find: async (id) => rows.get(key(id)),
    findByUserCode: async (userCode) =>
      [...rows].find(([id, row]) => id.startsWith(`${model} `) && row.userCode === userCode)?.[1],
    upsert: async (id, row) => void rows.set(key(id), row),
    consume: async (id) => void (rows.get(key(id)).consumed = Math.floor(Date.now() / 1000)),
    destroy: async (id) => void rows.delete(key(id)),
    revokeByGrantId: async (grantId) => rows.forEach((row, id) => row.grantId === grantId && rows.delete(id)),
  };
}

// Many servers issue tokens that are for userinfo and for a resource server; oidc-provider takes those for userinfo alone
// that have no audience. So theirs is put into what is said of them.
async function tellAudience(ctx, next) {
  await next();
  const told = ctx.oidc?.entities?.AccessToken?.extra?.told_audience;
  if (told && ctx.oidc.route === 'introspection') Object.assign(ctx.body, { aud: told, told_audience: undefined });
}

// RFC 7662 section 2.1: who asks about the tokens of others has authenticated.
function mayAsk(_ctx, client, token) {
  return client.clientAuthMethod !== 'none' || client.clientId === token.clientId;
}

// RFC 8707: tokens for the valve are JWTs, and opaque for any other resource but one that nobody knows.
async function resourceServer(_ctx, resource) {
  if (resource === 'https://nowhere.example') throw new errors.InvalidTarget();
  const jwt = resource === 'https://valve.example' && { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } };
  return { audience: resource, scope: SCOPES.join(' '), accessTokenFormat: 'opaque', ...jwt };
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
