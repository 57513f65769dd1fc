//! The interface over the real router of a real node: who may call what, in which form, how often.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod http_alone;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use http_alone::{Alone, GTIN, ME};
use http_body_util::BodyExt;
use medproof_core::{
    encoding::Message,
    hash::Digest,
    identity::MemberId,
    log::LeafIndex,
    plain::{Client, Policy},
};
use medproof_node::{
    access::{Access, Purpose, Staff, TABLE, Verb},
    genesis_file::Role,
    http::limits::Quotas,
};
use medproof_rules::body::{Act, AuditAnchor, Body as EventBody};
use serde_json::{Value, json};
use std::{collections::BTreeSet, net::SocketAddr};
use tower::ServiceExt;

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_of_the_access_table_is_as_it_says() {
    let alone = Alone::new(&Quotas { report: 100_000, ..Quotas::default() }).await;
    for row in TABLE {
        let path = row.path.replace("{*", "{").replace("{height}", "latest").replace(['{', '}'], "");
        for staff in Staff::ALL {
            let purpose = row.purposes.first().copied().unwrap_or(Purpose::Hoperat);
            let token = alone.token(&[staff], purpose);
            let answer = alone.call(row.verb.name(), &path, Some(&token), "").await;
            let code = answer.code();
            match row.access {
                Access::Staff(allowed) if !allowed.contains(&staff) => {
                    assert_eq!(
                        (answer.status, code.as_str()),
                        (StatusCode::FORBIDDEN, "access.staff-role"),
                        "{path} {staff:?}"
                    );
                }
                _ => assert!(!code.starts_with("access.") && !code.starts_with("token."), "{path} {staff:?} {code}"),
            }
            assert!(answer.status != StatusCode::METHOD_NOT_ALLOWED, "{path}");
            assert!(code != "request.path" || ["/page", "/demo.json"].contains(&path.as_str()), "{path} is not served");
        }
        let without = alone.call(row.verb.name(), &path, None, "").await;
        let is_open = !matches!(row.access, Access::Staff(_));
        assert_eq!(without.code() == "access.token", !is_open, "{path}");
        if let (Access::Staff(allowed), false) = (row.access, row.purposes.is_empty()) {
            let token = alone.token(allowed, Purpose::Patrqt);
            assert_eq!(alone.call(row.verb.name(), &path, Some(&token), "").await.code(), "access.purpose", "{path}");
        }
    }
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "FOO"] {
        for path in ["/v1/proofs", "/v1/packs/dispense", "/", "/v1/nothing"] {
            let status = alone.call(method, path, Some(&alone.token(&Staff::ALL, Purpose::Treat)), "").await.status;
            assert!([404, 405].contains(&status.as_u16()), "{method} {path} {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_role_that_the_row_does_not_name_is_refused() {
    let alone = Alone::new(&Quotas { report: 100_000, ..Quotas::default() }).await;
    // Nobody of this number is admitted: the member has no role at all.
    let token = alone.token_of(medproof_core::identity::MemberId(77), &Staff::ALL, Purpose::Treat);
    for row in TABLE.iter().filter(|row| matches!(row.access, Access::Staff(_)) && !row.path.contains('{')) {
        assert_eq!(
            alone.call(row.verb.name(), row.path, Some(&token), "").await.code(),
            "access.member-role",
            "{}",
            row.path
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_that_are_served_are_accepted_by_the_light_client() {
    let alone = Alone::stocked(3).await;
    let scan = format!("]d201{GTIN}21S00001");
    let answer = alone.call("GET", &format!("/v1/proofs?code={scan}&have=0"), None, "").await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/vnd.medproof.proof");
    assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let anchor = alone.call("GET", "/v1/anchor", None, "").await;
    let mut client = Client::new(&anchor.body).expect("an anchor");
    let verdict = client.verify(&scan, &answer.body, alone.now_ms(), &policy("dispenser")).expect("a policy");
    assert_eq!(verdict.overall, "ok");
    let update = alone.call("GET", "/v1/updates?from=0", None, "").await;
    client.advance(&update.body, alone.now_ms()).expect("an update");
    let text = alone.call_with("GET", &format!("/v1/proofs?code={scan}"), &[("accept", "text/plain")], "").await;
    let qr = medproof_core::plain::message_from_text(&text.text()).expect("MP1 text");
    assert_eq!(client.verify(&scan, &qr, alone.now_ms(), &policy("dispenser")).expect("a policy").overall, "ok");
    let link = alone
        .call_with("GET", &format!("/01/{GTIN}/21/S00001"), &[("accept", "application/vnd.medproof.proof")], "")
        .await;
    assert_eq!(client.verify(&scan, &link.body, alone.now_ms(), &policy("dispenser")).expect("a policy").overall, "ok");
    let page = alone.call_with("GET", &format!("/01/{GTIN}/21/S00001"), &[("accept", "text/html")], "").await;
    assert!(page.headers[header::CONTENT_TYPE].to_str().is_ok_and(|kind| kind.starts_with("text/html")));
    let many = json!({ "codes": [scan, format!("]d201{GTIN}21S00002"), format!("]d201{GTIN}21absent")], "have": 0 });
    let many = alone.call("POST", "/v1/proofs", None, &many.to_string()).await;
    let scans = [scan.clone(), format!("]d201{GTIN}21S00002"), format!("]d201{GTIN}21absent")];
    let verdicts =
        client.verify_many(&scans, &many.body, alone.now_ms(), &policy("dispenser")).expect("a policy").verdicts;
    let overall: Vec<_> = verdicts.iter().map(|verdict| verdict.overall).collect();
    assert_eq!(overall, ["ok", "ok", "do-not-use"]);
    let absent = alone.call("GET", &format!("/v1/proofs?code=]d201{GTIN}21absent&have=0"), None, "").await;
    let verdict = client
        .verify(&format!("]d201{GTIN}21absent"), &absent.body, alone.now_ms(), &policy("buyer"))
        .expect("a policy");
    assert_eq!(verdict.overall, "do-not-use");
    let timeline = alone.call("GET", &format!("/v1/timeline?code={scan}"), None, "").await.json();
    assert_eq!(timeline["steps"][0]["name"], "pack-register");
    let bundle = alone.call("GET", &format!("/v1/bundles?code={scan}&have=0"), None, "").await;
    assert_eq!(bundle.headers[header::CONTENT_TYPE], "application/vnd.medproof.bundle");
    let opened = client.verify_bundle(&scan, &bundle.body, alone.now_ms(), &policy("dispenser")).expect("a policy");
    assert_eq!((opened.verdict.overall, opened.refused.as_slice()), ("ok", &[][..]));
    assert!(opened.product.is_some_and(|product| !product.name_zh.is_empty()));
    assert!(opened.issuer.is_some_and(|issuer| !issuer.name_en.is_empty()));
    let steps = timeline["steps"].as_array().map(Vec::len);
    assert_eq!(opened.timeline.as_ref().map(Vec::len), steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_is_proved_by_its_domain() {
    let alone = Alone::stocked(1).await;
    let change =
        json!({ "change": "info", "name_zh": "示例药房", "name_en": "Example Pharmacy", "domains": ["shop.example"] });
    let admin = alone.token(&[Staff::Admin], Purpose::Hoperat);
    let changed = alone.call("POST", "/v1/members/1", Some(&admin), &change.to_string()).await;
    assert!(changed.status.is_success(), "{}", changed.text());
    let anchor = alone.call("GET", "/v1/anchor", None, "").await;
    let mut client = Client::new(&anchor.body).expect("an anchor");
    let bundle = alone.call("GET", "/v1/bundles?seller=shop.example&have=0", None, "").await;
    assert_eq!(bundle.headers[header::CONTENT_TYPE], "application/vnd.medproof.bundle", "{}", bundle.text());
    let mut ask =
        |domain: &str| client.verify_seller(domain, &bundle.body, alone.now_ms(), &policy("buyer")).expect("a policy");
    let seller = ask("shop.example");
    assert_eq!((seller.proved, seller.reason, seller.state), (true, None, Some("admitted")));
    assert_eq!(seller.info.map(|info| info.name_en).as_deref(), Some("Example Pharmacy"));
    assert_eq!(ask("other.example").reason, Some("seller.other-domain"));
    let codes = ["?seller=nobody.example", "?seller=Shop.example", "?seller=", "?seller=shop.example&code=x", ""];
    let expected = [(404, "request.not-found"), (400, "request.parameter"), (400, "request.parameter")];
    let expected = expected.into_iter().chain([(400, "request.parameter"), (400, "request.parameter")]);
    for (query, (status, code)) in codes.iter().zip(expected) {
        let refused = alone.call("GET", &format!("/v1/bundles{query}"), None, "").await;
        assert_eq!((refused.status.as_u16(), refused.json()["type"].as_str()), (status, Some(code)), "{query}");
        assert_eq!(refused.headers[header::CONTENT_TYPE], "application/problem+json");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_hides_the_pack_and_is_for_random_serials_only() {
    let alone = Alone::stocked(1).await;
    alone.product(RANDOM, true).await;
    alone.stock(RANDOM, 5).await;
    let anchor = alone.call("GET", "/v1/anchor", None, "").await;
    let mut client = Client::new(&anchor.body).expect("an anchor");
    for (serial, overall) in [("S00003", "ok"), ("absent", "do-not-use")] {
        let scan = format!("]d201{RANDOM}21{serial}");
        let prefix = client.bucket_prefix(&scan, 32).expect("a pack");
        let hex: String = prefix.iter().map(|byte| format!("{byte:02x}")).collect();
        let bucket = alone.call("GET", &format!("/v1/buckets/32/{hex}?product=1:{RANDOM}&have=0"), None, "").await;
        assert_eq!(bucket.headers[header::CONTENT_TYPE], "application/vnd.medproof.bucket", "{}", bucket.text());
        let verdict =
            client.verify_bucket(&scan, &bucket.body, alone.now_ms(), &policy("dispenser")).expect("a policy");
        assert_eq!(verdict.overall, overall);
    }
    let guessable = alone.call("GET", &format!("/v1/buckets/32/00000002?product=1:{GTIN}"), None, "").await;
    assert_eq!((guessable.status.as_u16(), guessable.code().as_str()), (422, "proof.bucket"));
    for path in [
        "/v1/buckets/31/00000002",
        "/v1/buckets/65/00000000000000000",
        "/v1/buckets/x/00000002",
        "/v1/buckets/32/0000000g",
    ] {
        assert_eq!(
            alone.call("GET", &format!("{path}?product={RANDOM}"), None, "").await.code(),
            "request.parameter",
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dispensing_answers_each_item_once_and_again_the_same() {
    let alone = Alone::stocked(4).await;
    let token = alone.token(&[Staff::Pharmacist], Purpose::Treat);
    let scan = |serial: &str| format!("]d201{GTIN}21{serial}");
    let body = json!([scan("S00000"), scan("absent"), scan("S00001"), "nonsense"]).to_string();
    let send = |key: &'static str, body: String| {
        let (alone, token) = (&alone, &token);
        async move {
            alone
                .call_with("POST", "/v1/packs/dispense", &[("authorization", token), ("idempotency-key", key)], &body)
                .await
        }
    };
    let first = send("k1", body.clone()).await;
    assert_eq!(first.status, StatusCode::MULTI_STATUS, "{}", first.text());
    let items = first.json()["items"].clone();
    assert_eq!((&items[0]["status"], &items[2]["status"]), (&json!(200), &json!(200)));
    assert_eq!(
        (&items[1]["type"], &items[1]["emvs_alert"], &items[1]["nmvs_code"]),
        (&json!("rules.pack.absent"), &json!("A3"), &json!("NMVS_NC_PC_02"))
    );
    assert_eq!(items[3]["status"], 400);
    let again = send("k1", body.clone()).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(send("k1", json!([scan("S00003")]).to_string()).await.code(), "request.key-reused");
    let twice = send("k2", json!([scan("S00000")]).to_string()).await;
    assert_eq!((twice.status, twice.code().as_str()), (StatusCode::CONFLICT, "rules.state.dispensed-pack"));
    assert_eq!(twice.json()["emvs_alert"], "A10");
    let wrong = send("k3", json!([format!("]d201{GTIN}17310531\u{1d}21S00002")]).to_string()).await;
    assert_eq!(wrong.code(), "agreement.expiry-mismatch", "{}", wrong.text());
    let qa = alone.token(&[Staff::Qa], Purpose::Hoperat);
    let alerts = alone.call("GET", "/v1/alerts", Some(&qa), "").await.json();
    let codes: Vec<_> =
        alerts["alerts"].as_array().expect("a list").iter().map(|alert| alert["code"].clone()).collect();
    assert!(
        codes.contains(&json!("rules.pack.absent")) && codes.contains(&json!("rules.state.dispensed-pack")),
        "{codes:?}"
    );
    let log = alone.call("GET", "/v1/audit", Some(&alone.token(&[Staff::Auditor], Purpose::Hoperat)), "").await.text();
    let verified = medproof_node::audit::verify(&log).expect("whole");
    assert!(
        verified.entries.iter().any(|entry| entry.action == "POST /v1/packs/dispense" && entry.actor == "tester@1")
    );
    assert!(!log.contains("S0000") && !log.contains(&token), "the audit log names a serial or a token");
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_are_told_in_the_callers_language() {
    let alone = Alone::new(&Quotas::default()).await;
    for (language, tag, title) in [
        ("zh-CN,zh;q=0.9", "zh-Hans", "需要令牌"),
        ("en-GB", "en", "A token is needed"),
        ("fr", "en", "A token is needed"),
    ] {
        let answer = alone.call_with("GET", "/v1/stats", &[("accept-language", language)], "").await;
        assert_eq!(
            (answer.status, &answer.headers[header::CONTENT_LANGUAGE]),
            (StatusCode::UNAUTHORIZED, &tag.parse().expect("a value"))
        );
        assert_eq!(
            (answer.json()["title"].as_str(), answer.headers[header::CONTENT_TYPE].to_str().ok()),
            (Some(title), Some("application/problem+json"))
        );
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer realm=\"medproof\"");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_origins_reach_open_paths_only() {
    let alone = Alone::new(&Quotas::default()).await;
    let preflight = |path: &'static str| {
        let alone = &alone;
        async move {
            alone
                .call_with(
                    "OPTIONS",
                    path,
                    &[("origin", "https://shop.example"), ("access-control-request-method", "GET")],
                    "",
                )
                .await
        }
    };
    let open = preflight("/v1/proofs").await;
    assert_eq!(
        (open.status, &open.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN]),
        (StatusCode::NO_CONTENT, &"*".parse().expect("a value"))
    );
    for path in ["/v1/packs/dispense", "/v1/stats", "/metrics", "/v1/audit"] {
        let closed = preflight(path).await;
        assert!(
            closed.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_none() && closed.status.is_client_error(),
            "{path}"
        );
    }
    for (verb, path) in [(Verb::Get, "/v1/anchor"), (Verb::Get, "/v1/stats")] {
        let answer = alone.call(verb.name(), path, Some(&alone.token(&[Staff::Admin], Purpose::Hoperat)), "").await;
        assert_eq!(answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), path == "/v1/anchor");
        assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        for name in ["content-security-policy", "x-content-type-options", "referrer-policy", "x-request-id"] {
            assert!(answer.headers.contains_key(name), "{path} {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_too_long_are_refused_before_they_are_read() {
    let alone = Alone::new(&Quotas::default()).await;
    let stated = alone.call_with("POST", "/v1/reports", &[("content-length", "65537")], "").await;
    assert_eq!((stated.status, stated.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "request.too-large"));
    let counted = alone.call("POST", "/v1/reports", None, &"x".repeat(65_537)).await;
    assert_eq!(counted.status, StatusCode::PAYLOAD_TOO_LARGE);
    let unasked = alone.call("GET", "/v1/anchor", None, "x").await;
    assert_eq!(unasked.status, StatusCode::PAYLOAD_TOO_LARGE);
    let report = json!({ "code": format!("]d201{GTIN}21X"), "signs": ["seal-broken"] }).to_string();
    assert_eq!(alone.call("POST", "/v1/reports", None, &report).await.status, StatusCode::ACCEPTED);
    let patient = json!({ "code": "]d28018950400005900100120" }).to_string();
    let refused = alone.call("POST", "/v1/reports", None, &patient).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "identifier.scan.patient-data"));
}

/// A box with several codes is the pack under which one of them is registered; the code of another product beside it makes
/// it another's.
#[tokio::test(flavor = "multi_thread")]
async fn a_box_with_several_codes_is_one_pack_or_none() {
    let alone = Alone::stocked(1).await;
    let token = alone.token(&Staff::ALL, Purpose::Treat);
    let entry = json!({
        "product": "2:12345684", "name_zh": "药", "name_en": "Cheap", "holder": "Maker", "form": "tablet",
        "strength": "1 mg", "pack_size": "10",
    });
    let lot = json!({ "product": "2:12345684", "lot": "L3", "expiry": "2030-05-31" });
    let packs = json!({ "product": "2:12345684", "lot": "L3", "serials": ["C1", "C2"] });
    for (path, body) in [("/v1/medicines", entry), ("/v1/lots", lot), ("/v1/packs/register", packs)] {
        let answer = alone.call("POST", path, Some(&token), &body.to_string()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{path} {}", answer.text());
    }
    let dispense = async |gtin: &str, serial: &str| {
        let scans = json!([format!("]d201{gtin}21{serial}\u{1d}71012345684")]).to_string();
        alone.call("POST", "/v1/packs/dispense", Some(&token), &scans).await
    };
    assert_eq!(dispense(GTIN, "C1").await.code(), "agreement.codes-differ");
    assert_eq!(dispense(GTIN, "S00000").await.code(), "agreement.codes-differ");
    let unknown = medproof_node::demo::region::gtin(700);
    let given = dispense(&unknown, "C1").await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text());
}

/// What anybody may hand in is kept once and seen by all; what staff was refused, by its own member alone.
#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_seen_by_whom_they_concern() {
    let alone = Alone::region(&Quotas { report: 20_000, ..Quotas::default() }).await;
    let (maker, wholesaler) = (MemberId(2), MemberId(7));
    let inbox = async |member, query: &str| {
        let token = alone.token_of(member, &[Staff::Qa], Purpose::Hoperat);
        let answer = alone.call("GET", &format!("/v1/alerts{query}"), Some(&token), "").await.json();
        (answer["alerts"].as_array().expect("a list").clone(), answer["next"].clone())
    };
    let report = async |serial: u32| {
        let body = json!({ "code": format!("]d201{GTIN}21R{serial}") }).to_string();
        alone.call("POST", "/v1/reports", None, &body).await.json()["id"].as_str().expect("an id").to_owned()
    };
    let token = alone.token_of(wholesaler, &[Staff::GoodsIn], Purpose::Hoperat);
    let unknown = json!([format!("]d201{GTIN}21nobody")]).to_string();
    alone.call("POST", "/v1/packs/receive", Some(&token), &unknown).await;
    let refusal = inbox(wholesaler, "?cause=refusal").await.0[0].clone();
    assert_eq!(refusal["member"], wholesaler.0);
    assert_eq!(inbox(maker, "").await.0, Vec::<Value>::new());
    let settle = async |member, id: &str| {
        let token = alone.token_of(member, &[Staff::Qa], Purpose::Hoperat);
        alone.call("POST", &format!("/v1/alerts/{id}"), Some(&token), r#"{ "outcome": "technical" }"#).await.status
    };
    let id = refusal["id"].as_str().expect("an id");
    assert_eq!((settle(maker, id).await, settle(wholesaler, id).await), (StatusCode::NOT_FOUND, StatusCode::OK));

    assert_eq!(report(0).await, report(0).await);
    for serial in 1..600 {
        report(serial).await;
    }
    // A flood of reports hides no refusal, and can be read to its end.
    assert_eq!(inbox(wholesaler, "?cause=refusal").await.0.len(), 1);
    let (first, next) = inbox(maker, "").await;
    let (second, last) = inbox(maker, &format!("?before={}", next.as_str().expect("more"))).await;
    assert_eq!((first.len(), second.len(), last), (500, 100, Value::Null));
    let ids: BTreeSet<String> = first.iter().chain(&second).map(|alert| alert["id"].to_string()).collect();
    assert_eq!(ids.len(), 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_serials_is_stopped_and_learns_nothing() {
    let alone = Alone::stocked(3).await;
    let mut statuses = Vec::new();
    for number in 0..80 {
        let answer = alone.call("GET", &format!("/v1/proofs?code=]d201{GTIN}21G{number:05}"), None, "").await;
        statuses.push(answer.status);
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.code(), "access.limit");
            assert!(
                answer.headers[header::RETRY_AFTER]
                    .to_str()
                    .is_ok_and(|seconds| seconds.parse::<u64>().is_ok_and(|seconds| seconds > 0))
            );
        }
    }
    assert!(statuses[..60].iter().all(|status| *status == StatusCode::OK));
    assert!(statuses[65..].iter().all(|status| *status == StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_address_is_refused_and_metrics_stay_at_home() {
    let alone = Alone::new(&Quotas::default()).await;
    let token = alone.token(&[Staff::Admin], Purpose::Hoperat);
    let bare = token.trim_start_matches("Bearer ");
    assert_eq!(alone.call("GET", &format!("/v1/stats?access_token={bare}"), None, "").await.code(), "token.in-query");
    assert_eq!(alone.call("GET", "/metrics", None, "").await.status, StatusCode::OK);
    for headers in [&[("x-forwarded-for", "192.0.2.1")][..], &[("forwarded", "for=192.0.2.1")][..]] {
        assert_eq!(alone.call_with("GET", "/metrics", headers, "").await.code(), "access.loopback");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_anchored_on_the_ledger_once_for_what_is_new() {
    let alone = Alone::stocked(1).await;
    assert_eq!(alone.face.anchor().await.expect("asked"), None);
    let token = alone.token(&[Staff::Pharmacist], Purpose::Treat);
    let scan = json!([format!("]d201{GTIN}21S00000")]).to_string();
    alone.call("POST", "/v1/packs/dispense", Some(&token), &scan).await;
    let receipt = alone.face.anchor().await.expect("anchored").expect("something new");
    let event = alone.node.view().event(receipt.index).expect("read").expect("an event").event;
    let event = medproof_core::event::Event::from_bytes(&event).expect("an event");
    let body = EventBody::decode(event.head().kind, event.body()).expect("a body");
    let log = alone.call("GET", "/v1/audit", Some(&alone.token(&[Staff::Auditor], Purpose::Hoperat)), "").await.text();
    let verified = medproof_node::audit::verify(&log).expect("whole");
    let Act::AuditAnchor(anchor) = body.act else { panic!("another kind") };
    assert_eq!((anchor.first, anchor.last, anchor.head), (0, verified.count - 1, verified.head));
    assert_eq!(alone.face.anchor().await.expect("asked"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_is_found_on_the_ledger() {
    let alone = Alone::stocked(3).await;
    let token = alone.token(&[Staff::Pharmacist], Purpose::Treat);
    let scan = |serial: &str| format!("]d201{GTIN}21{serial}");
    let headers = [("authorization", token.as_str()), ("idempotency-key", "lost")];
    let body = json!([scan("S00001"), scan("S00000"), scan("absent")]).to_string();
    let first = alone.call_with("POST", "/v1/packs/dispense", &headers, &body).await;
    let key = medproof_rules::body::idempotency(ME, &[0; 32], b"lost");
    let gone = medproof_node::rows::Change { table: "answer", key: key.0.to_vec(), value: None };
    alone.face.rows.put(vec![gone]).expect("removed");
    let again = alone.call_with("POST", "/v1/packs/dispense", &headers, &body).await;
    assert_eq!((again.status, &again.json()["event"]), (StatusCode::MULTI_STATUS, &first.json()["event"]));
    let statuses: Vec<_> = (0..3).map(|item| again.json()["items"][item]["status"].clone()).collect();
    assert_eq!(statuses, [json!(200), json!(200), json!(409)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_goes_on_where_it_broke_off() {
    let alone = Alone::stocked(1).await;
    let token = alone.token(&[Staff::Machine], Purpose::Hoperat);
    let read = |after: String, wanted: usize| {
        let request = Request::get(format!("/v1/events/stream{after}")).header("authorization", &token);
        let request = request
            .extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))))
            .body(Body::empty())
            .expect("a request");
        let router = alone.router.clone();
        async move {
            let (mut body, mut text) = (router.oneshot(request).await.expect("an answer").into_body(), String::new());
            while text.matches("id: ").count() < wanted {
                let frame = body.frame().await.expect("more").expect("a frame");
                text.push_str(&String::from_utf8_lossy(frame.data_ref().expect("data")));
            }
            text.lines().filter_map(|line| line.strip_prefix("id: ")).map(String::from).collect::<Vec<_>>()
        }
    };
    let id = |index| {
        let placed = alone.node.view().event(LeafIndex(index)).expect("read").expect("an event");
        format!("{}.{}", placed.height.0, placed.place)
    };
    let all = [id(0), id(1), id(2)];
    assert_eq!(read(format!("?after={}", id(0)), 2).await, all[1..]);
    assert_eq!(read(format!("?after={}", id(1)), 1).await, all[2..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_medicine_entry_is_found_by_name_initials_and_code() {
    let alone = Alone::stocked(1).await;
    let token = alone.token(&[Staff::Qa], Purpose::Hoperat);
    for (words, found) in [("amox", 1), ("%E9%98%BF%E8%8E%AB", 1), ("amxl", 1), (GTIN, 1), ("aspirin", 0), ("", 1)] {
        let answer = alone.call("GET", &format!("/v1/medicines?q={words}"), Some(&token), "").await.json();
        assert_eq!(answer["total"], found, "{words}");
    }
    let recall = json!({ "measure": "recall", "product": GTIN, "lot": "L1", "severity": 1, "depth": 3 }).to_string();
    let done = alone.call("POST", "/v1/recalls", Some(&token), &recall).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());
    let listed = alone.call("GET", "/v1/recalls", Some(&token), "").await.json();
    assert_eq!((&listed["lots"][0]["lot"], &listed["lots"][0]["state"]), (&json!("L1"), &json!("recalled")));
    let impact = alone.call("GET", &format!("/v1/recalls/impact?product={GTIN}&lot=L1"), Some(&token), "").await.json();
    assert_eq!((&impact["stock"][0]["packs"], &impact["stock"][0]["member"]), (&json!(1), &json!(ME.0)));
}

/// A product whose serials cannot be guessed.
const RANDOM: &str = "09504000059118";

fn policy(purpose: &str) -> Policy {
    Policy {
        purpose: purpose.into(),
        mode: "online".into(),
        max_age_online_ms: None,
        max_age_carried_ms: None,
        clock_tolerance_ms: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_takes_bodies_as_long_as_it_says() {
    let alone = Alone::new(&Quotas::default()).await;
    for row in TABLE.iter().filter(|row| row.body_limit_bytes > 0) {
        let staff = match row.access {
            Access::Staff(allowed) => allowed,
            _ => &[Staff::Machine],
        };
        let token = alone.token(staff, row.purposes.first().copied().unwrap_or(Purpose::Hoperat));
        let path = row.path.replace(['{', '}'], "");
        for (longer, is_refused) in [(0, false), (1, true)] {
            let body = " ".repeat(row.body_limit_bytes + longer);
            let answer = alone.call(row.verb.name(), &path, Some(&token), &body).await;
            assert_eq!(answer.status == StatusCode::PAYLOAD_TOO_LARGE, is_refused, "{path}: {}", answer.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_item_that_does_not_fit_leaves_the_others_whole() {
    let alone = Alone::stocked(2).await;
    let token = alone.token(&[Staff::Pharmacist], Purpose::Treat);
    let scan = |serial: u32| format!("]d201{GTIN}21S{serial:05}");
    let told = |of: &serde_json::Value| (of["status"].as_u64(), of["type"].as_str().map(str::to_owned));
    let refused = |status: u64, code: &str| (Some(status), Some(code.to_owned()));
    let unit = "]C100095040000000000011";
    for (path, items, expected) in [
        (
            "/v1/packs/dispense-partly",
            json!([{ "code": scan(0), "amount": 1 }, { "code": scan(1) }, unit]),
            // The packs hold one each.
            vec![
                refused(409, "rules.quantity.short"),
                refused(400, "request.parameter"),
                refused(400, "request.packs-only"),
            ],
        ),
        ("/v1/packs/dispense", json!([unit, scan(0)]), vec![refused(400, "request.packs-only"), (Some(200), None)]),
    ] {
        let answer = alone.call("POST", path, Some(&token), &items.to_string()).await;
        let items: Vec<_> = answer.json()["items"].as_array().expect("items").iter().map(told).collect();
        assert_eq!(items, expected, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_acts_as_the_regulator_but_its_own_staff() {
    let alone = Alone::stocked(1).await;
    let pack = json!([format!("]d201{GTIN}21S00000")]).to_string();
    let lock = |query: &'static str, staff: Staff| {
        let (alone, pack) = (&alone, &pack);
        async move {
            let token = alone.token(&[staff], Purpose::Hoperat);
            alone.call("POST", &format!("/v1/packs/lock{query}"), Some(&token), pack).await.code()
        }
    };
    assert_eq!(lock("?capacity=regulator", Staff::Qa).await, "access.staff-role");
    assert_eq!(lock("?capacity=holder&as=regulator", Staff::Qa).await, "access.staff-role");
    assert_eq!(lock("?capacity=regulator&as=regulator", Staff::Regulator).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_sent_again_gets_its_receipt() {
    let alone = Alone::stocked(1).await;
    let token = alone.token(&Staff::ALL, Purpose::Hoperat);
    let anchor = Act::AuditAnchor(AuditAnchor { first: 0, last: 1, head: Digest([7; 32]) });
    let event = alone.node.sign(ME, Role::Hospital, &EventBody::new(Digest::ZERO, anchor)).expect("signed").to_bytes();
    let headers = [("authorization", token.as_str()), ("content-type", "application/vnd.medproof.event")];
    let first = alone.call_bytes("POST", "/v1/events", &headers, event.clone()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    let again = alone.call_bytes("POST", "/v1/events", &headers, event).await;
    assert_eq!((again.status, again.json()), (StatusCode::CREATED, first.json()));
}

/// A recall has to reach whoever holds packs, wherever others of the lot were lost.
#[tokio::test(flavor = "multi_thread")]
async fn stock_follows_what_is_stolen_inside_a_unit() {
    let token_of = |alone: &Alone| alone.token(&Staff::ALL, Purpose::Treat);
    let sscc = |number: usize| ["095040000000000011", "095040000000000028", "095040000000000035"][number - 1];
    let scan = |serial: u32| format!("]d201{GTIN}21S{serial:05}");
    let unit = |number| format!("]C100{}", sscc(number));
    let post = async |alone: &Alone, path: &str, body: Value| {
        let answer = alone.call("POST", path, Some(&token_of(alone)), &body.to_string()).await;
        assert!(answer.status.is_success() && answer.status != StatusCode::MULTI_STATUS, "{path} {}", answer.text());
    };
    let stock = async |alone: &Alone| {
        let answer = alone.call("GET", "/v1/stock", Some(&token_of(alone)), "").await.json();
        let rows = answer["stock"].as_array().expect("a list").clone();
        rows.iter().map(|row| (row["standing"].to_string(), row["packs"].clone())).collect::<Vec<_>>()
    };
    let to_me = format!("/v1/packs/ship?consignee={}", ME.0);

    let alone = Alone::stocked(12).await;
    post(&alone, "/v1/units/pack", json!({ "sscc": sscc(1), "items": (0..10).map(scan).collect::<Vec<_>>() })).await;
    post(&alone, &to_me, json!([unit(1)])).await;
    post(&alone, "/v1/packs/stolen?capacity=issuer", json!([scan(0)])).await;
    post(&alone, "/v1/packs/receive", json!([unit(1)])).await;
    assert_eq!(stock(&alone).await, [("\"held\"".into(), json!(11)), ("\"out\"".into(), json!(1))]);

    let alone = Alone::stocked(12).await;
    for (number, serials) in [(1, 0..5), (2, 5..10)] {
        let items: Vec<String> = serials.map(scan).collect();
        post(&alone, "/v1/units/pack", json!({ "sscc": sscc(number), "items": items })).await;
    }
    post(&alone, "/v1/units/pack", json!({ "sscc": sscc(3), "items": [unit(1), unit(2)] })).await;
    post(&alone, "/v1/packs/stolen", json!([unit(1)])).await;
    post(&alone, "/v1/packs/stolen?capacity=issuer", json!([scan(9)])).await;
    post(&alone, &to_me, json!([unit(3)])).await;
    post(&alone, "/v1/packs/receive", json!([unit(3)])).await;
    assert_eq!(stock(&alone).await, [("\"held\"".into(), json!(6)), ("\"out\"".into(), json!(6))]);
}
