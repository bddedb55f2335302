//! Every POST is `application/json`, with or without a body; that is asked before who sends it.

use reqwest::{Method, RequestBuilder};

use crate::{
    authorization::{refused::refuse, scene::Scene, table::OPERATIONS},
    client::send,
};

#[tokio::test]
async fn anything_else_is_415_even_without_a_session() {
    let scene = Scene::new().await;
    let types: [&[&str]; 11] = [
        &[],
        &[""],
        &["text/plain"],
        &["text/plain; application/json"],
        &["application/x-www-form-urlencoded"],
        &["multipart/form-data; boundary=x"],
        &["application/jsonp"],
        &["application/problem+json"],
        &["application/json, text/plain"],
        &["application/json", "application/json"],
        &["application/json", "text/plain"],
    ];
    for row in OPERATIONS {
        let Some(path) = row.request.strip_prefix("POST ") else { continue };
        for values in types {
            let with = |client: &crate::client::Client| -> RequestBuilder {
                let request = client.request(Method::POST, &scene.fill(path, "owner"));
                let request =
                    values.iter().fold(request, |request, value| request.header("content-type", *value));
                request.body(scene.fill(row.body, "owner"))
            };
            let expected = (415, "unsupported-media-type");
            let what = format!("{} as {values:?}", row.id);
            refuse(&scene, &what, with(&scene.server.visitor()), expected, None).await;
            refuse(&scene, &what, with(&scene.owner().client), expected, None).await;
            refuse(&scene, &what, with(&scene.server.visitor().with_token("forged")), expected, None).await;
        }
    }
}

#[tokio::test]
async fn parameters_and_case_do_not_matter() {
    let scene = Scene::new().await;
    for (number, kind) in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json ; profile=x",
    ]
    .into_iter()
    .enumerate()
    {
        let body = format!(r#"{{"name": "{number}", "owner": "owner"}}"#);
        let request = scene.owner().client.request(Method::POST, "/spaces");
        send(request.header("content-type", kind).body(body)).await.expect(201);
    }
}
