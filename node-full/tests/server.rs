//! The interface over real connections: where it listens, whom it cuts off, how it stops.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

mod http_alone;

use http_alone::Alone;
use medproof_node::{
    config::Api,
    http::{limits::Quotas, server},
};
use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};
use tokio_rustls::{TlsConnector, rustls};

fn api(listen: [u8; 4]) -> Api {
    Api { listen: SocketAddr::from((listen, 0)), ..Api::default() }
}

/// Sends bytes and reads until the other side closes.
async fn exchange(address: SocketAddr, sent: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(sent.as_bytes()).await.expect("sent");
    let mut text = Vec::new();
    // A server that cuts off may reset the connection.
    let _ = stream.read_to_end(&mut text).await;
    String::from_utf8_lossy(&text).into_owned()
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn other_machines_are_served_over_tls_or_behind_a_proxy_only() {
    let alone = Alone::new(&Quotas::default()).await;
    let refused = server::serve(alone.router.clone(), &api([0, 0, 0, 0])).await.map(|_| ());
    assert_eq!(refused.map_err(|fault| fault.code()), Err("node.http.plain"));
    let proxied = Api { behind_proxy: true, ..api([0, 0, 0, 0]) };
    server::serve(alone.router.clone(), &proxied).await.expect("served").stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_with_the_certificate_that_is_configured() {
    let alone = Alone::new(&Quotas::default()).await;
    let place = tempfile::tempdir().expect("a folder");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).expect("made");
    let (certificate, key) = (place.path().join("cert.pem"), place.path().join("key.pem"));
    fs::write(&certificate, made.cert.pem()).expect("written");
    fs::write(&key, made.key_pair.serialize_pem()).expect("written");
    let config = Api { tls_certificate: Some(certificate), tls_key: Some(key.clone()), ..api([127, 0, 0, 1]) };
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("set");
    let refused = server::serve(alone.router.clone(), &config).await.map(|_| ());
    assert_eq!(refused.map_err(|fault| fault.code()), Err("node.key.mode"));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("set");
    let serving = server::serve(alone.router.clone(), &config).await.expect("served");

    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let connector = TlsConnector::from(Arc::new(client.with_root_certificates(roots).with_no_client_auth()));
    let stream = TcpStream::connect(serving.address()).await.expect("connected");
    let mut stream = connector.connect("localhost".try_into().expect("a name"), stream).await.expect("TLS");
    stream.write_all(get("/health/live").as_bytes()).await.expect("sent");
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text).await;
    assert!(text.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&text));
    assert!(!exchange(serving.address(), &get("/health/live")).await.contains("200"));
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_callers_are_cut_off_and_others_do_not_notice() {
    let alone = Alone::new(&Quotas::default()).await;
    let serving = server::serve(alone.router.clone(), &api([127, 0, 0, 1])).await.expect("served");
    let address = serving.address();
    let started = Instant::now();
    let mut slow: Vec<_> =
        (0..300).map(|_| tokio::spawn(async move { exchange(address, "GET /v1/anchor HT").await })).collect();
    let body = "POST /v1/reports HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    slow.push(tokio::spawn(async move { exchange(address, body).await }));
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..50 {
        let answer = timeout(Duration::from_secs(2), exchange(address, &get("/v1/anchor"))).await.expect("in time");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert!(started.elapsed() < Duration::from_secs(9), "the others noticed");
    let last = slow.pop().expect("one");
    for caller in slow {
        timeout(Duration::from_secs(14), caller).await.expect("cut off").expect("ran");
    }
    let answer = timeout(Duration::from_secs(18), last).await.expect("cut off").expect("ran");
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request.slow"), "{answer}");
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_refused_before_it_is_sent() {
    let alone = Alone::new(&Quotas::default()).await;
    let serving = server::serve(alone.router.clone(), &api([127, 0, 0, 1])).await.expect("served");
    let head =
        "POST /v1/reports HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000000\r\n\r\n";
    let answer = timeout(Duration::from_secs(5), exchange(serving.address(), head)).await.expect("at once");
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let header = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(40_000));
    let answer = exchange(serving.address(), &header).await;
    assert!(answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 400") || answer.is_empty(), "{answer}");
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_load_everybody_gets_one_of_three_answers_and_afterwards_all_is_well() {
    let quotas = Quotas { light: 600, ..Quotas::default() };
    let alone = Alone::new(&quotas).await;
    let serving = server::serve(alone.router.clone(), &api([127, 0, 0, 1])).await.expect("served");
    let address = serving.address();
    let callers = (0..40).map(|_| {
        tokio::spawn(async move {
            let mut statuses = Vec::new();
            for _ in 0..25 {
                let answer =
                    timeout(Duration::from_secs(2), exchange(address, &get("/v1/anchor"))).await.expect("in time");
                statuses.push(answer.get(9..12).unwrap_or_default().to_owned());
            }
            statuses
        })
    });
    let mut statuses = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        statuses.extend(caller.await.expect("ran"));
    }
    assert!(statuses.iter().all(|status| ["200", "429", "503"].contains(&status.as_str())), "{statuses:?}");
    assert!(statuses.iter().any(|status| status == "429") && statuses.iter().any(|status| status == "200"));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(exchange(address, &get("/v1/anchor")).await.starts_with("HTTP/1.1 200"));
    serving.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}
