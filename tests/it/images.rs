//! Readers see images through the worker: the API signs, the worker shows, and the stranger's server sees neither.

use std::{
    fs,
    io::{Cursor, Write},
    net::TcpListener,
    thread,
    time::Instant,
};

use image::{DynamicImage, ImageFormat};
use serde_json::Value;
use url::Url;

use crate::{
    client::{Client, Session, path},
    process::{PATIENCE, Process},
    server::Server,
    wire,
    worker::worker,
};

/// A site with a page at `/`, and an image everywhere else.
fn site() -> String {
    let listener = TcpListener::bind("127.0.0.2:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let mut png = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(1200, 600).write_to(&mut png, ImageFormat::Png).expect("it is written");
    let png = png.into_inner();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let head = wire::head(&stream);
            let page = b"<title>A page</title><meta property=og:image content=/picture.png><link rel=icon href=/icon.png>";
            let (kind, body) = match head.first().is_some_and(|line| line.starts_with("GET / ")) {
                true => ("text/html", page.as_slice()),
                false => ("image/png", png.as_slice()),
            };
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), body].concat());
        }
    });
    address
}

/// Reads the message until its link has a card.
async fn card(alice: &Session, uri: &Value) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let message = alice.client.get(path(uri)).await.expect(200).json();
        if message["links"][0].is_object() {
            return message["links"][0].clone();
        }
        assert!(Instant::now() < deadline, "{message}");
    }
}

const SET_UP: [(&str, &str); 1] = [("NATTER_PREVIEW__IMAGE_URL", "https://images.example.org/image")];

#[tokio::test(flavor = "multi_thread")]
async fn a_card_shows_its_images_through_the_worker() {
    // The ring of keys is made by the command where it is asked first.
    let server = Server::start();
    let (status, keys, said) = server.command_with(&["image-keys"], &SET_UP);
    assert!(status.success(), "{said}");
    let (directory, _) = server.stop();
    let file = directory.path().join("image.public");
    fs::write(&file, &keys).expect("written");

    let site = site();
    let port = site.rsplit(':').next().expect("a port");
    let mut worker = worker(&["serve", "--listen", "127.0.0.1:0"]);
    worker
        .env("NATTER_IMAGE__PUBLIC_KEYS_FILE", &file)
        .env("NATTER_IMAGE__LISTEN", "127.0.0.1:0")
        .env("NATTER_FETCH__PORTS", format!("[{port}]"))
        .env("NATTER_FETCH__NAMESERVERS", "['127.0.0.1:1']")
        .env("NATTER_FETCH__ALLOW_FOR_DEVELOPMENT", "['127.0.0.0/8']");
    let worker = Process::start(&mut worker);
    let serving = worker.logged("serving");
    let address = |member: &str| serving[member].as_str().expect("an address").to_owned();
    let images = address("images");

    let endpoint = format!("http://{images}/image");
    let service = format!("http://{}", address("address"));
    let settings = [("NATTER_PREVIEW__SERVICE_URL", &*service), ("NATTER_PREVIEW__IMAGE_URL", &endpoint)];
    let server = Server::start_in(directory, &settings);
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    let uri = alice.post(&messages, &format!("see http://127.0.0.2:{port}/")).await["uri"].clone();
    let seen = card(&alice, &uri).await;
    assert_eq!(seen["title"], "A page");
    let reader = Client::new(&images);
    for (member, size) in [("image", 640), ("icon", 64)] {
        let url = Url::parse(seen[member].as_str().expect("a URL")).expect("a URL");
        assert!(url.as_str().starts_with(&endpoint), "{url}");
        let target = format!("{}?{}", url.path(), url.query().expect("a query"));
        let answer = reader.get(&target).await.expect(200);
        assert_eq!(answer.header("content-type"), Some("image/jpeg"), "{member}");
        assert!(url.query().expect("a query").contains(&format!("size={size}&")), "{url}");
    }
    assert_eq!(card(&alice, &uri).await, seen, "who has it in the browser keeps it");

    // A new key does not sign before the worker can know it.
    let (status, said, _) = server.command(&["admin", "rotate-keys", "image"]);
    assert!(status.success() && said.contains("image: key 2"), "{said}");
    let (_, keys, _) = server.command(&["image-keys"]);
    assert_eq!(keys.lines().filter(|line| !line.starts_with('#')).count(), 2, "{keys}");
    server.logged("keys read again");
    assert_eq!(card(&alice, &uri).await, seen);
}

#[tokio::test]
async fn without_a_setting_there_is_no_ring_and_cards_are_as_they_were() {
    let server = Server::start();
    assert!(!server.directory().join("data/keys/image.keys").exists());
    for arguments in
        [&["image-keys"][..], &["admin", "rotate-keys", "image"], &["admin", "retire-key", "image", "1"]]
    {
        let (status, _, said) = server.command(arguments);
        assert!(!status.success(), "{arguments:?}");
        assert!(said.contains("there is no ring"), "{said}");
    }
    let server = Server::start_with(&SET_UP);
    assert!(server.directory().join("data/keys/image.keys").exists());
}
