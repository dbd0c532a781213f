//! Which options go together.

use std::path::PathBuf;

use bearward_net::Url;

use super::{
    Authority, ClientMethod, ClientOptions, Discovery, HiddenText, Introspection, KeySource, Proof, ResponseForm,
    SecretSource, Upstream,
};

/// What was said of the authorization server.
#[derive(Default)]
pub(super) struct Given {
    pub jwks: Option<PathBuf>,
    pub issuer: Option<String>,
    pub discover: Option<String>,
    pub audience: Option<String>,
    pub ca: Option<PathBuf>,
    pub introspect: Option<()>,
    pub always_introspect: Option<()>,
    pub client_id: Option<String>,
    pub secret: Option<String>,
    pub secret_file: Option<PathBuf>,
    pub method: Option<String>,
    pub response: Option<ResponseForm>,
    pub decryption_keys: Option<PathBuf>,
    pub upstream: Option<String>,
    pub upstream_resource: Option<String>,
    pub upstream_scope: Option<String>,
    pub upstream_ca: Option<PathBuf>,
    pub http_upstream: Option<()>,
    pub relaxed: Option<()>,
}

impl Given {
    /// The authorization server that these options name, if they do.
    pub fn authority(self) -> Result<Option<Authority>, String> {
        let is_local = self.jwks.is_some() || self.issuer.is_some();
        let relaxed = self.relaxed.is_some();
        let decryption_keys = self.decryption_keys.clone();
        if let Some(issuer) = self.discover.clone() {
            if is_local {
                return Err("--discover finds the keys of its issuer: leave out --jwks and --issuer".into());
            }
            let audience = self.audience.clone().ok_or("--discover goes with --audience")?;
            let ca = self.ca.clone().ok_or(
                "--discover goes with --ca, the certificate authorities to trust, \
                 as in --ca /etc/ssl/certs/ca-certificates.crt",
            )?;
            let keys = KeySource::Discovery(self.discovery(ca)?);
            return Ok(Some(Authority { issuer, audience, relaxed, keys, decryption_keys }));
        }
        if let Some(name) = self.needs_discovery() {
            return Err(format!("{name} goes with --discover"));
        }
        match (self.jwks, self.issuer, self.audience) {
            (Some(jwks), Some(issuer), Some(audience)) => {
                Ok(Some(Authority { issuer, audience, relaxed, keys: KeySource::File(jwks), decryption_keys }))
            }
            (None, None, None) if decryption_keys.is_some() => {
                Err("--decryption-keys goes with --jwks or --discover".into())
            }
            (None, None, None) if relaxed => Err("--relaxed goes with --jwks or --discover".into()),
            (None, None, None) => Ok(None),
            (None, None, Some(_)) => {
                Err("--audience goes with --discover and --ca, or with --jwks and --issuer".into())
            }
            _ => Err("--jwks, --issuer and --audience go together".into()),
        }
    }

    fn discovery(self, ca: PathBuf) -> Result<Discovery, String> {
        let response = self.response.unwrap_or_default();
        let introspection = match (self.introspect, self.always_introspect) {
            (None, None) if self.response.is_some() => {
                return Err("--introspection-response goes with --introspect or --always-introspect".into());
            }
            (None, None) => None,
            (Some(()), Some(())) => return Err("--introspect and --always-introspect are two ways: choose one".into()),
            (_, always) => Some(Introspection { always: always.is_some(), response }),
        };
        let asks = match (&introspection, &self.upstream) {
            (Some(_), _) => "to introspect",
            (None, Some(_)) => "--upstream",
            (None, None) => {
                return match self.needs_client() {
                    Some(name) => Err(format!("{name} goes with --introspect, --always-introspect or --upstream")),
                    None => Ok(Discovery { ca, client: None, introspection, upstream: self.upstream()? }),
                };
            }
        };
        let upstream = self.upstream()?;
        let client = Some(self.client(asks)?);
        Ok(Discovery { ca, client, introspection, upstream })
    }

    fn upstream(&self) -> Result<Option<Upstream>, String> {
        let Some(url) = self.upstream.clone() else {
            return match self.needs_upstream() {
                Some(name) => Err(format!("{name} goes with --upstream")),
                None => Ok(None),
            };
        };
        let resource = self.upstream_resource.clone().ok_or("--upstream goes with --upstream-resource")?;
        let takes_http = self.http_upstream.is_some();
        let [called, meant] = [("--upstream", &url), ("--upstream-resource", &resource)].map(|(name, text)| {
            let url = if takes_http { Url::danger_http(text) } else { Url::parse(text) };
            let url = url.map_err(|error| format!("{name} takes an https URL, and not {text:?}: {error}"))?;
            let is_loopback = url.address().is_some_and(|address| address.is_loopback());
            if url.is_secure() || is_loopback {
                Ok(url)
            } else {
                Err(format!("--danger-http-upstream takes an address of this machine, and not {text:?}"))
            }
        });
        if !called?.is_same_origin(&meant?) {
            return Err(
                "--upstream and --upstream-resource are two servers: the token of one is not for the other".into()
            );
        }
        let (scope, ca) = (self.upstream_scope.clone(), self.upstream_ca.clone());
        Ok(Some(Upstream { url, resource, scope, takes_http, ca }))
    }

    /// The client that `asks`.
    fn client(self, asks: &str) -> Result<ClientOptions, String> {
        let id = self.client_id.ok_or_else(|| format!("{asks} goes with --client-id"))?;
        let method = match self.method.as_deref() {
            None | Some("basic") => Some(ClientMethod::Basic),
            Some("post") => Some(ClientMethod::Post),
            Some("jwt") => Some(ClientMethod::Jwt),
            Some("key") => None,
            Some(other) => return Err(format!("--client-auth takes basic, post, jwt or key, and not {other:?}")),
        };
        let secret = match (self.secret_file, self.secret) {
            (Some(file), None) => Some(SecretSource::File(file)),
            (None, Some(secret)) => Some(SecretSource::Given(HiddenText(secret))),
            (None, None) => None,
            (Some(_), Some(_)) => return Err("--client-secret-file and --client-secret: one secret is enough".into()),
        };
        let proof = match (method, secret) {
            (Some(method), Some(secret)) => Proof::Secret(method, secret),
            (Some(_), None) => return Err(format!("{asks} goes with --client-secret-file")),
            (None, None) => Proof::DeviceKey,
            (None, Some(_)) => return Err("--client-auth key needs no secret".into()),
        };
        Ok(ClientOptions { id, proof })
    }

    /// The first option without use where no other resource server is called.
    fn needs_upstream(&self) -> Option<&'static str> {
        [
            ("--upstream-resource", self.upstream_resource.is_some()),
            ("--upstream-scope", self.upstream_scope.is_some()),
            ("--upstream-ca", self.upstream_ca.is_some()),
            ("--danger-http-upstream", self.http_upstream.is_some()),
        ]
        .into_iter()
        .find(|(_, given)| *given)
        .map(|(name, _)| name)
    }

    /// The first option without use where no server is called.
    fn needs_discovery(&self) -> Option<&'static str> {
        let [ca, introspect] = [self.ca.is_some(), self.introspect.is_some()];
        let first =
            [("--ca", ca), ("--introspect", introspect), ("--always-introspect", self.always_introspect.is_some())];
        let first = first.into_iter().find(|(_, given)| *given).map(|(name, _)| name);
        let upstream = self.upstream.is_some().then_some("--upstream");
        first.or(upstream).or_else(|| self.needs_upstream()).or_else(|| self.needs_client())
    }

    /// The first option without use where the server is asked for nothing.
    fn needs_client(&self) -> Option<&'static str> {
        [
            ("--client-id", self.client_id.is_some()),
            ("--client-secret", self.secret.is_some()),
            ("--client-secret-file", self.secret_file.is_some()),
            ("--client-auth", self.method.is_some()),
            ("--introspection-response", self.response.is_some()),
        ]
        .into_iter()
        .find(|(_, given)| *given)
        .map(|(name, _)| name)
    }
}
