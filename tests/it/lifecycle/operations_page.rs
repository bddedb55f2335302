//! The page for operators: its very commands are run, and have to print what it says they print.

use std::{
    io::ErrorKind,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    client::{path, text},
    server::{SETTINGS, Server, program},
};

const PAGE: &str = include_str!("../../../docs/operations.md");

/// A command of the page, and what it prints.
struct Step {
    command: String,
    output: String,
}

fn steps() -> Vec<Step> {
    let blocks = PAGE.split("```console\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let mut steps: Vec<Step> = Vec::new();
    for line in blocks.flat_map(str::lines) {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command: command.to_owned(), output: String::new() }),
            (None, Some(step)) => step.output += &format!("{line}\n"),
            (None, None) => panic!("a block begins with a command, not with {line}"),
        }
    }
    steps
}

/// The text with what differs from run to run written alike: codes, ids, and numbers of two digits or more.
fn constant(text: &str) -> String {
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && !"_-".contains(c));
    let constant = |word: &str| {
        let (body, end) = word.split_at(word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len());
        let is_id = body.len() == 36 && body.matches('-').count() == 4;
        let digits = body.chars().filter(char::is_ascii_digit).count();
        if body.starts_with("ntri_") || is_id || digits >= 4 || digits == body.len() && digits > 0 {
            format!("#{end}")
        } else {
            word.to_owned()
        }
    };
    words.map(constant).collect()
}

fn run(directory: &Path, command: &str) -> String {
    let programs = program().parent().expect("a folder").display();
    let mut shell = Command::new("bash");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NATTER_")) {
        shell.env_remove(name);
    }
    let output = shell
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(directory)
        .envs(SETTINGS)
        .env("RUST_BACKTRACE", "0")
        .env("PATH", format!("{programs}:/usr/local/bin:/usr/bin:/bin"))
        .stdin(Stdio::null())
        .output();
    match output {
        Ok(output) => String::from_utf8(output.stdout).expect("UTF-8"),
        Err(error) if error.kind() == ErrorKind::NotFound => panic!("this test needs bash"),
        Err(error) => panic!("{command}: {error}"),
    }
}

#[tokio::test]
async fn every_command_of_the_page_prints_what_it_says() {
    let mut server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let shared = alice.create_space("plans").await;
    alice.add_member(path(&shared["uri"]), "bob", "member").await;
    bob.post(text(&bob.create_space("own").await["messages-rw"]), "hello").await;
    std::fs::write(server.directory().join("new-password"), "correct horse battery\n").expect("written");
    let steps = steps();
    assert!(steps.len() > 15, "the page has no commands");
    let mut stopped = None;
    for Step { command, output } in &steps {
        match command.as_str() {
            "systemctl stop natter-api" => {
                // Nobody is left to stop it later.
                let running = std::mem::replace(&mut server, Server::start());
                stopped = Some(running.stop().0);
            }
            "systemctl start natter-api" => {
                server = Server::start_in(stopped.take().expect("it was stopped"), &[]);
                server.visitor().log_in("alice").await;
            }
            _ => {
                // Somebody whose data there are to be exported has logged in.
                if command.contains("export bob") {
                    let word = "correct horse battery";
                    let login = server.visitor().post_request("/sessions", "").basic_auth("bob", Some(word));
                    crate::client::send(login).await.expect(201);
                }
                let directory = stopped.as_ref().map_or(server.directory(), |stopped| stopped.path());
                let printed = run(directory, command);
                assert_eq!(constant(&printed), constant(output), "$ {command}\n{printed}");
            }
        }
    }
    assert!(stopped.is_none());
}
