use std::time::{Duration, Instant};

use poem::{
    Endpoint, Request, Response,
    http::{Method, StatusCode},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{CardCache, document, endpoint};
use crate::{
    allowed_hosts::AllowedHosts,
    preview::{Card, Previewer},
    problem,
    settings::FetchSettings,
};

const HOST: &str = "localhost:4569";
/// What the service needs to look at a URL and refuse it.
const REFUSED: &str = "/preview?url=http://10.0.0.1/";

/// Settings with which sites on loopback are reached; there is no name server.
fn settings(port: u16, deadline: Duration) -> FetchSettings {
    FetchSettings {
        deadline,
        ports: vec![port],
        nameservers: vec![([127, 0, 0, 1], 1).into()],
        allow_for_development: vec!["127.0.0.0/8".parse().expect("a network")],
        ..FetchSettings::defaults()
    }
}

fn service_with(settings: &FetchSettings, concurrent: usize) -> impl Endpoint<Output = Response> + use<> {
    let previewer = Previewer::new(settings).expect("the system has roots");
    let cards = CardCache::new(previewer, None, concurrent, 1 << 20);
    endpoint(cards, AllowedHosts::public(([127, 0, 0, 1], 4569).into(), &[]))
}

fn service() -> impl Endpoint<Output = Response> {
    service_with(&settings(80, Duration::from_millis(200)), 1)
}

fn request(method: Method, target: &str, fields: &[(&str, &str)]) -> Request {
    let mut request = Request::builder().method(method).uri_str(target);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.finish()
}

async fn get(service: &impl Endpoint<Output = Response>, target: &str) -> Response {
    service.get_response(request(Method::GET, target, &[("host", HOST)])).await
}

/// The problem in an answer, with what every answer bears.
async fn problem(response: Response) -> (u16, String, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.content_type(), Some(problem::CONTENT_TYPE));
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let mut body: Value = response.into_body().into_json().await.expect("JSON");
    assert_eq!(body["status"], status);
    assert!(body["request_id"].is_string());
    body.as_object_mut().expect("an object").shift_remove("request_id");
    (status, body["type"].as_str().unwrap_or_default().replace("/docs/problems#", ""), body)
}

/// A listener that nobody accepts from, so that a request to it waits until the deadline.
async fn silent_site() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    (listener, port)
}

#[tokio::test]
async fn what_cannot_be_a_preview_is_a_problem() {
    let service = service();
    for (method, target, expected) in [
        (Method::GET, REFUSED, (400, "url-refused")),
        (Method::GET, "/preview?url=http://[::ffff:169.254.169.254]/", (400, "url-refused")),
        (Method::GET, "/preview?url=file:///etc/passwd", (400, "url-refused")),
        (Method::GET, "/preview?url=", (400, "url-refused")),
        (Method::GET, "/preview", (400, "invalid-input")),
        (Method::GET, "/preview?URL=http://a.example.com/", (400, "invalid-input")),
        (Method::GET, "/preview?url=http://a.example.com/&url=http://a.example.com/", (400, "invalid-input")),
        (Method::GET, "/preview?url=http://a.example.com/&%75rl=x", (400, "invalid-input")),
        (Method::GET, "/", (404, "not-found")),
        (Method::GET, "/preview/", (404, "not-found")),
        (Method::GET, "/previews?url=x", (404, "not-found")),
        (Method::POST, REFUSED, (405, "method-not-allowed")),
        (Method::OPTIONS, REFUSED, (405, "method-not-allowed")),
        (Method::DELETE, "/", (404, "not-found")),
    ] {
        let response = service.get_response(request(method.clone(), target, &[("host", HOST)])).await;
        assert_eq!(response.header("allow"), (expected.0 == 405).then_some("GET, HEAD"), "{method} {target}");
        let (status, kind, body) = problem(response).await;
        assert_eq!((status, kind.as_str()), expected, "{method} {target}");
        if kind == "invalid-input" {
            assert_eq!(body["errors"][0]["field"], "url");
        }
    }
}

#[tokio::test]
async fn a_head_request_meets_the_checks_of_a_get() {
    let service = service();
    for (target, fields, status) in [
        (REFUSED, vec![("host", HOST)], 400),
        ("/preview", vec![("host", HOST)], 400),
        (REFUSED, vec![("host", "evil.example")], 400),
        ("/nothing", vec![("host", HOST)], 404),
        ("/preview?url=http://127.0.0.1/", vec![("host", HOST)], 502),
    ] {
        let response = service.get_response(request(Method::HEAD, target, &fields)).await;
        assert_eq!(response.status(), status, "{target}");
        assert_eq!(response.content_type(), Some(problem::CONTENT_TYPE));
        assert_eq!(response.into_body().into_bytes().await.expect("a body").len(), 0);
    }
}

#[tokio::test]
async fn other_hosts_and_our_own_fetches_are_refused_before_anything_else() {
    let service = service();
    for (fields, kind) in [
        (vec![], "invalid-host"),
        (vec![("host", "evil.example:4569")], "invalid-host"),
        (vec![("host", HOST), ("host", HOST)], "invalid-host"),
        (vec![("host", HOST), ("via", "1.1 natter-preview")], "url-refused"),
        (vec![("host", HOST), ("via", "1.1 proxy, HTTP/2 Natter-Preview (x)")], "url-refused"),
        (vec![("host", HOST), ("via", "1.1 proxy"), ("via", "1.1 natter-preview")], "url-refused"),
    ] {
        let response = service.get_response(request(Method::GET, "/nothing", &fields)).await;
        assert_eq!(problem(response).await.1, kind, "{fields:?}");
    }
    let fields = [("host", HOST), ("via", "1.1 natter-previews, 1.1 proxy")];
    let response = service.get_response(request(Method::GET, "/nothing", &fields)).await;
    assert_eq!(response.status(), 404, "another's Via is no loop");
}

#[tokio::test]
async fn failures_look_the_same_and_come_at_the_deadline() {
    let (_listener, silent) = silent_site().await;
    let (closed, nothing) = silent_site().await;
    drop(closed);
    let deadline = Duration::from_millis(300);
    let mut settings = settings(silent, deadline);
    settings.ports.push(nothing);
    let service = service_with(&settings, 1);
    let mut bodies = Vec::new();
    for target in [
        format!("/preview?url=http://127.0.0.1:{silent}/"),
        format!("/preview?url=http://127.0.0.1:{nothing}/"),
        format!("/preview?url=http://no-such-name.example.com:{nothing}/"),
    ] {
        let start = Instant::now();
        let (status, kind, body) = problem(get(&service, &target).await).await;
        assert_eq!((status, kind.as_str()), (502, "no-preview"), "{target}");
        assert!(start.elapsed() >= deadline, "{target}: {:?}", start.elapsed());
        bodies.push(body.to_string());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let start = Instant::now();
    get(&service, REFUSED).await;
    assert!(start.elapsed() < deadline, "what the URL shows is said at once");
}

#[tokio::test]
async fn a_full_service_says_when_to_come_back_and_has_room_again_after_the_fetch() {
    let (listener, port) = silent_site().await;
    let service = service_with(&settings(port, Duration::from_secs(20)), 1);
    let target = format!("/preview?url=http://127.0.0.1:{port}/");
    let other = format!("{target}other");
    let connection = {
        let mut first = std::pin::pin!(get(&service, &target));
        // Once the site has the connection, the one place is taken.
        tokio::select! {
            accepted = listener.accept() => accepted.expect("it is dialled"),
            response = &mut first => panic!("{}", response.status()),
        }
    };
    // Who asks for the same page waits with the first one, even if that has gone; another page has no place.
    let response = get(&service, &other).await;
    assert_eq!(response.header("retry-after"), Some("1"));
    assert_eq!(problem(response).await.1, "unavailable");
    drop(connection);
    let has_room = async {
        while get(&service, &other).await.status() == StatusCode::SERVICE_UNAVAILABLE {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        accepted = listener.accept() => drop(accepted.expect("it is dialled")),
        () = has_room => panic!("it is not dialled"),
    }
}

#[tokio::test]
async fn a_card_comes_in_the_books_media_type() {
    let (listener, port) = silent_site().await;
    let site = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("it is dialled");
        stream.read_u8().await.expect("a request begins");
        let answer =
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 16\r\n\r\n<title>t</title>";
        stream.write_all(answer).await.expect("it is read");
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let service = service_with(&settings(port, Duration::from_secs(20)), 1);
    let response = get(&service, &format!("/preview?url=http://127.0.0.1:{port}/")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.header("content-type"), Some("application/json;charset=utf-8"));
    assert_eq!(
        response.header("content-security-policy").map(|policy| policy.contains("'none'")),
        Some(true)
    );
    let card: Card = response.into_body().into_json().await.expect("a card");
    assert_eq!(card.title.as_deref(), Some("t"));
    site.await.expect("the site ends with the connection");
}

/// A site on loopback that answers every request with this.
async fn site_answering(answer: &'static str) -> u16 {
    let (listener, port) = silent_site().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.expect("a request"));
            }
            stream.write_all(answer.as_bytes()).await.expect("it is read");
        }
    });
    port
}

#[tokio::test]
async fn who_has_the_card_is_not_sent_it_again() {
    let port = site_answering(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: max-age=600\r\nConnection: close\r\n\r\n\
         <title>t</title>",
    )
    .await;
    let service = service_with(&settings(port, Duration::from_secs(20)), 1);
    let target = format!("/preview?url=http://127.0.0.1:{port}/");
    let first = get(&service, &target).await;
    let tag = first.header("etag").expect("a tag").to_owned();
    assert!(first.header("cache-control").is_some_and(|value| value.starts_with("private, max-age=")));
    for (known, status) in [
        (tag.clone(), 304),
        (format!("\"other\", W/{tag}"), 304),
        ("*".to_owned(), 304),
        ("\"other\"".to_owned(), 200),
        (tag.trim_matches('"').to_owned(), 200),
    ] {
        let fields = [("host", HOST), ("if-none-match", known.as_str())];
        let response = service.get_response(request(Method::GET, &target, &fields)).await;
        assert_eq!(response.status(), status, "{known}");
        assert_eq!(response.header("etag"), Some(tag.as_str()), "{known}");
        assert!(response.header("cache-control").is_some_and(|value| value.starts_with("private, max-age=")));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.content_type().is_some(), status == 200, "{known}");
        let body = response.into_body().into_bytes().await.expect("a body");
        assert_eq!(body.is_empty(), status == 304, "{known}");
    }
    // A problem is no card, whatever its caller has.
    let fields = [("host", HOST), ("if-none-match", "*")];
    assert_eq!(service.get_response(request(Method::GET, REFUSED, &fields)).await.status(), 400);
}

#[tokio::test]
async fn languages_have_a_form_and_no_case() {
    let port = site_answering(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: max-age=600\r\nConnection: close\r\n\r\n\
         <title>t</title>",
    )
    .await;
    let service = service_with(&settings(port, Duration::from_secs(20)), 1);
    for (language, status) in
        [("de", 200), ("DE-at,%20de;q=0.5", 200), ("", 400), ("d%0D%0Ae", 400), ("d\u{e9}", 400)]
    {
        let target = format!("/preview?url=http://127.0.0.1:{port}/&lang={language}");
        assert_eq!(get(&service, &target).await.status(), status, "{language}");
    }
    let long = "x".repeat(65);
    let response = get(&service, &format!("/preview?url=http://127.0.0.1:{port}/&lang={long}")).await;
    let (_, _, body) = problem(response).await;
    assert_eq!(body["errors"][0]["field"], "lang");
}

#[test]
fn the_document_says_all_that_a_client_needs() {
    let document: Value = serde_json::from_str(&document()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(paths.keys().collect::<Vec<_>>(), ["/preview", "/image"]);
    for (path, id) in [("/preview", "getPreview"), ("/image", "getImage")] {
        let operation = &document["paths"][path]["get"];
        assert_eq!(operation["operationId"], id);
        for text in [&operation["summary"], &operation["description"]] {
            assert!(text.as_str().is_some_and(|text| !text.is_empty()));
        }
        for parameter in operation["parameters"].as_array().expect("parameters") {
            assert!(parameter["description"].is_string(), "{parameter}");
            let has_form = parameter["name"] == "lang" || !parameter["example"].is_null();
            assert!(has_form, "{parameter}");
        }
    }
    let image = &document["paths"]["/image"]["get"]["responses"];
    let statuses: Vec<_> = image.as_object().expect("responses").keys().collect();
    assert_eq!(statuses, ["200", "304", "400", "404", "500", "502", "503"]);
    let responses = document["paths"]["/preview"]["get"]["responses"].as_object().expect("responses");
    assert_eq!(responses.keys().collect::<Vec<_>>(), ["200", "304", "400", "500", "502", "503"]);
    for status in ["200", "304"] {
        for field in ["Cache-Control", "ETag"] {
            assert!(responses[status]["headers"][field]["description"].is_string(), "{status} {field}");
        }
    }
    for (status, response) in responses.iter().filter(|(status, _)| *status != "304") {
        let content = response["content"].as_object().expect("content");
        let (media_type, content) = content.iter().next().expect("one media type");
        let (expected, schema) = match status.as_str() {
            "200" => ("application/json", "Card"),
            _ => (problem::CONTENT_TYPE, "Problem"),
        };
        assert_eq!(media_type, expected);
        assert_eq!(content["schema"]["$ref"], format!("#/components/schemas/{schema}"));
        let schema = &document["components"]["schemas"][schema];
        let example = content["example"].as_object().expect("an example");
        let known = schema["properties"].as_object().expect("members");
        assert!(example.keys().all(|member| known.contains_key(member)), "{status}");
        let required = schema["required"].as_array().expect("required members");
        assert!(required.iter().all(|member| example.contains_key(member.as_str().unwrap_or_default())));
        assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()));
        if schema["properties"]["status"].is_object() {
            assert_eq!(example["status"].to_string(), *status);
        }
    }
}
