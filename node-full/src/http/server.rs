//! Listening: loopback or TLS, never many connections of one caller, never a slow one for long.

use super::stream::{Guarded, Places};
use crate::{
    config::Api,
    fault::{Fault, Result},
    folder,
};
use axum::Router;
use axum_server::{Handle, Server, tls_rustls::RustlsAcceptor};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::task::JoinHandle;

/// A server that runs.
pub struct Serving {
    address: SocketAddr,
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
}

/// Serves `router` where the configuration says; port 0 takes a free one.
///
/// An address that other machines can reach needs a certificate, or something in front of the node that has one.
pub async fn serve(router: Router, config: &Api) -> Result<Serving> {
    let tls = tls(config)?;
    if !config.listen.ip().is_loopback() && tls.is_none() && !config.behind_proxy {
        return Err(Fault::new("node.http.plain").with("address", config.listen));
    }
    let listen = |cause| Fault::new("node.http.listen").with("address", config.listen).with("cause", cause);
    let listener = TcpListener::bind(config.listen).map_err(listen)?;
    listener.set_nonblocking(true).map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let handle = Handle::new();
    let server = axum_server::from_tcp(listener).map_err(listen)?.handle(handle.clone());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let places = Places::new();
    let task = match tls {
        Some(tls) => {
            let mut server = server.map(|_| {
                RustlsAcceptor::new(axum_server::tls_rustls::RustlsConfig::from_config(Arc::new(tls)))
                    .handshake_timeout(HEADER_TIME)
                    .acceptor(Guarded::new(places))
            });
            limit(server.http_builder());
            tokio::spawn(server.serve(service))
        }
        None => {
            let mut server: Server<SocketAddr, Guarded> = server.map(|_| Guarded::new(places));
            limit(server.http_builder());
            tokio::spawn(server.serve(service))
        }
    };
    Ok(Serving { address, handle, task })
}

impl Serving {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no new calls, lets those that run end, and stops.
    pub async fn stop(self) {
        self.handle.graceful_shutdown(Some(STOP_TIME));
        // How it ended says nothing that its calls did not.
        let _ = self.task.await;
    }
}

fn limit(builder: &mut hyper_util::server::conn::auto::Builder<TokioExecutor>) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .keep_alive(true);
}

fn tls(config: &Api) -> Result<Option<ServerConfig>> {
    let (Some(certificate), Some(key)) = (&config.tls_certificate, &config.tls_key) else { return Ok(None) };
    let chain = certificates(certificate)?;
    let secret = PrivateKeyDer::from_pem_slice(&folder::read_private(key)?);
    let secret = secret.map_err(|cause| Fault::contents(key, cause))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let built = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret));
    let mut built = built.map_err(|cause| Fault::contents(certificate, cause))?;
    built.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(built))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let pem = folder::read(path)?;
    let chain: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    chain.map_err(|cause| Fault::contents(path, cause))
}

/// How long a caller may take for the header of a call, and between calls.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long calls may still run when the node stops.
const STOP_TIME: Duration = Duration::from_secs(10);

const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 << 10;
