//! What should happen: no server, no store, no time; plain lists and the rules of the contract.

use std::collections::{BTreeMap, BTreeSet};

use super::step::{Action, PEOPLE, SCOPES, Step};

/// What a client sees of an answer: its status, and how many things a list has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub status: u16,
    pub count: Option<usize>,
}

/// What of a space a capability opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Space,
    Messages,
    Message(usize),
}

#[derive(Clone, Debug)]
struct Capability {
    user: usize,
    space: usize,
    target: Target,
    permissions: BTreeSet<char>,
    parent: Option<usize>,
    is_alive: bool,
}

#[derive(Clone, Debug)]
struct Message {
    space: usize,
    author: usize,
    is_there: bool,
}

#[derive(Clone, Debug, Default)]
struct Space {
    members: BTreeMap<usize, BTreeSet<&'static str>>,
}

#[derive(Clone, Debug)]
pub struct Model {
    /// What each person's session is for, of those who have one.
    sessions: BTreeMap<usize, &'static str>,
    deleted: BTreeSet<usize>,
    spaces: Vec<Space>,
    messages: Vec<Message>,
    capabilities: Vec<Capability>,
}

type Outcome = Result<Seen, u16>;

fn permitted(role: &str) -> &'static str {
    match role {
        "owner" => "rwd",
        "moderator" => "rd",
        "member" => "rw",
        _ => "r",
    }
}

fn done(status: u16) -> Outcome {
    Ok(Seen { status, count: None })
}

impl Model {
    /// Everybody has a session for everything, and there is nothing yet.
    pub fn new() -> Self {
        Self {
            sessions: (0..PEOPLE).map(|who| (who, SCOPES[0])).collect(),
            deleted: BTreeSet::new(),
            spaces: Vec::new(),
            messages: Vec::new(),
            capabilities: Vec::new(),
        }
    }

    /// Which of the things that exist a number means; `None` while there are none.
    pub fn wrap(number: usize, existing: usize) -> Option<usize> {
        number.checked_rem(existing)
    }

    /// The step as somebody would take it who means it, three times out of four: an owner, where only one may; with a
    /// capability that fits what it is for. It may have ended since. Left to chance hardly any step would go well.
    pub fn aimed(&self, mut step: Step) -> Step {
        let Step { who, what, .. } = &mut step;
        match what {
            Action::DeleteSpace { space }
            | Action::AddMember { space, .. }
            | Action::RemoveMember { space, .. }
            | Action::HandOver { space, .. }
            | Action::Revoke { space, .. } => {
                let owners = Self::wrap(*space, self.spaces.len()).map(|space| self.owners(space));
                if let Some(owner) =
                    owners.and_then(|owners| owners.first().copied()).filter(|_| !space.is_multiple_of(4))
                {
                    *who = owner;
                }
            }
            _ => {}
        }
        if let Action::RemoveMember { space, whom } = what
            && let Some(space) = Self::wrap(*space, self.spaces.len())
        {
            // The next one who is a member.
            let members = &self.spaces[space].members;
            let next =
                (*whom..*whom + PEOPLE).map(|next| next % PEOPLE).find(|next| members.contains_key(next));
            *whom = next.unwrap_or(*whom);
        }
        let who = *who;
        let fitting = |space: usize, target: Target| {
            let space = Self::wrap(space, self.spaces.len());
            self.indices(move |capability| {
                capability.user == who && Some(capability.space) == space && capability.target == target
            })
        };
        match what {
            Action::ViewSpace { space, by: Some(by) } => aim(by, &fitting(*space, Target::Space)),
            Action::Post { space, by: Some(by) } | Action::List { space, by: Some(by) } => {
                aim(by, &fitting(*space, Target::Messages));
            }
            Action::Read { message, by: Some(by) } | Action::Delete { message, by: Some(by) } => {
                if let Some(message) = Self::wrap(*message, self.messages.len()) {
                    aim(by, &fitting(self.messages[message].space, Target::Message(message)));
                }
            }
            Action::Share { capability, .. } => aim(capability, &self.indices(|shared| shared.user == who)),
            Action::Revoke { space, capability } => {
                let space = Self::wrap(*space, self.spaces.len());
                aim(capability, &self.indices(|revoked| Some(revoked.space) == space));
            }
            _ => {}
        }
        step
    }

    /// Which capabilities are such.
    fn indices(&self, such: impl Fn(&Capability) -> bool) -> Vec<usize> {
        (0..self.capabilities.len()).filter(|index| such(&self.capabilities[*index])).collect()
    }

    /// Does the step; what should be seen of it, or `None` if there is nothing yet to do it to.
    pub fn apply(&mut self, step: &Step) -> Option<Seen> {
        let outcome = self.outcome(step.who, &step.what)?;
        Some(outcome.unwrap_or_else(|status| Seen { status, count: None }))
    }

    fn outcome(&mut self, who: usize, what: &Action) -> Option<Outcome> {
        if let Action::LogIn { scopes } = what {
            // Failed logins would be slowed down in the end, and the model knows no time.
            return (!self.deleted.contains(&who)).then(|| {
                self.sessions.insert(who, scopes);
                done(201)
            });
        }
        self.exists(what).then(|| {
            let scopes = self.sessions.get(&who).ok_or(401_u16)?;
            if what.scope().is_some_and(|scope| !scopes.split(' ').any(|has| has == scope)) {
                return Err(403);
            }
            self.done_by(who, what)
        })
    }

    /// Whether there is something to do it to.
    fn exists(&self, what: &Action) -> bool {
        match what {
            Action::CreateSpace | Action::LogIn { .. } | Action::LogOut | Action::DeleteAccount => true,
            Action::Share { .. } => !self.capabilities.is_empty(),
            Action::Read { .. } | Action::Delete { .. } => !self.messages.is_empty(),
            _ => !self.spaces.is_empty(),
        }
    }

    fn done_by(&mut self, who: usize, what: &Action) -> Outcome {
        match what {
            Action::CreateSpace => self.create_space(who),
            Action::LogOut => {
                self.sessions.remove(&who);
                done(200)
            }
            Action::DeleteAccount => self.delete_account(who),
            Action::Share { capability, whom, permissions } => {
                self.share(who, capability % self.capabilities.len(), *whom, *permissions)
            }
            Action::Read { message, by } | Action::Delete { message, by } => {
                let letter = if matches!(what, Action::Read { .. }) { 'r' } else { 'd' };
                let by = by.and_then(|by| Self::wrap(by, self.capabilities.len()));
                self.message(who, message % self.messages.len(), by, letter)
            }
            Action::DeleteSpace { space }
            | Action::ViewSpace { space, .. }
            | Action::Post { space, .. }
            | Action::List { space, .. }
            | Action::AddMember { space, .. }
            | Action::RemoveMember { space, .. }
            | Action::ListMembers { space }
            | Action::HandOver { space, .. }
            | Action::Revoke { space, .. } => self.in_space(who, space % self.spaces.len(), what),
            Action::LogIn { .. } => unreachable!("whoever logs in has no session"),
        }
    }

    fn in_space(&mut self, who: usize, space: usize, what: &Action) -> Outcome {
        let by =
            |model: &Self, by: &Option<usize>| by.and_then(|by| Self::wrap(by, model.capabilities.len()));
        match what {
            Action::ViewSpace { by: proof, .. } => {
                self.may(who, space, Target::Space, by(self, proof), 'r')?;
                done(200)
            }
            Action::List { by: proof, .. } => {
                self.may(who, space, Target::Messages, by(self, proof), 'r')?;
                let there = self.messages.iter().filter(|message| message.space == space && message.is_there);
                Ok(Seen { status: 200, count: Some(there.count()) })
            }
            Action::Post { by: proof, .. } => {
                self.may(who, space, Target::Messages, by(self, proof), 'w')?;
                self.messages.push(Message { space, author: who, is_there: true });
                self.give(who, space, Target::Message(self.messages.len() - 1), "rd", None);
                done(201)
            }
            Action::ListMembers { .. } => {
                self.may(who, space, Target::Space, None, 'r')?;
                Ok(Seen { status: 200, count: Some(self.spaces[space].members.len()) })
            }
            Action::RemoveMember { whom, .. } => self.remove_member(who, space, *whom),
            _ if !self.owners(space).contains(&who) => Err(403),
            Action::DeleteSpace { .. } => {
                self.end_space(space);
                done(200)
            }
            Action::AddMember { whom, .. } | Action::HandOver { whom, .. } if self.deleted.contains(whom) => {
                Err(400)
            }
            Action::AddMember { whom, roles, .. } => {
                if !roles.contains(&"owner") && self.owners(space) == BTreeSet::from([*whom]) {
                    return Err(409);
                }
                self.spaces[space].members.insert(*whom, roles.iter().copied().collect());
                done(200)
            }
            Action::HandOver { whom, .. } => {
                if *whom == who || !self.spaces[space].members.contains_key(whom) {
                    return Err(400);
                }
                self.spaces[space].members.insert(*whom, BTreeSet::from(["owner"]));
                self.spaces[space].members.insert(who, BTreeSet::from(["member"]));
                done(200)
            }
            Action::Revoke { capability, .. } => {
                let capability = Self::wrap(*capability, self.capabilities.len()).ok_or(404_u16)?;
                if self.capabilities[capability].space != space || !self.capabilities[capability].is_alive {
                    return Err(404);
                }
                self.end(|index, _| index == capability);
                done(200)
            }
            other => unreachable!("{other:?} is no action in a space"),
        }
    }

    /// Whether somebody has a permission: by the capability alone if there is one, else by roles.
    fn may(
        &self,
        who: usize,
        space: usize,
        target: Target,
        by: Option<usize>,
        letter: char,
    ) -> Result<(), u16> {
        let holds = match by {
            Some(by) => {
                let capability = &self.capabilities[by];
                capability.is_alive
                    && capability.user == who
                    && capability.space == space
                    && capability.target == target
                    && capability.permissions.contains(&letter)
            }
            None => {
                let roles = self.spaces[space].members.get(&who);
                roles.is_some_and(|roles| roles.iter().any(|role| permitted(role).contains(letter)))
            }
        };
        if holds { Ok(()) } else { Err(403) }
    }

    fn message(&mut self, who: usize, message: usize, by: Option<usize>, letter: char) -> Outcome {
        self.may(who, self.messages[message].space, Target::Message(message), by, letter)?;
        if !self.messages[message].is_there {
            return Err(404);
        }
        self.messages[message].is_there = letter == 'r';
        done(200)
    }

    fn create_space(&mut self, who: usize) -> Outcome {
        let members = BTreeMap::from([(who, BTreeSet::from(["owner"]))]);
        self.spaces.push(Space { members });
        let space = self.spaces.len() - 1;
        self.give(who, space, Target::Space, "rwd", None);
        self.give(who, space, Target::Messages, "rwd", None);
        done(201)
    }

    fn share(&mut self, who: usize, from: usize, whom: usize, permissions: Option<&str>) -> Outcome {
        let Capability { user, space, target, is_alive, permissions: had, .. } =
            self.capabilities[from].clone();
        if user != who || !is_alive {
            return Err(403);
        }
        let wanted = permissions.map_or(had.clone(), |letters| letters.chars().collect());
        if !wanted.is_subset(&had) {
            return Err(403);
        }
        if matches!(target, Target::Message(message) if !self.messages[message].is_there) {
            return Err(404);
        }
        if self.deleted.contains(&whom) {
            return Err(400);
        }
        self.give(whom, space, target, &String::from_iter(wanted), Some(from));
        done(200)
    }

    fn remove_member(&mut self, who: usize, space: usize, whom: usize) -> Outcome {
        self.may(who, space, Target::Space, None, 'r')?;
        if whom != who && !self.owners(space).contains(&who) {
            return Err(403);
        }
        if !self.spaces[space].members.contains_key(&whom) {
            return Err(404);
        }
        if self.owners(space) == BTreeSet::from([whom]) {
            return Err(409);
        }
        self.spaces[space].members.remove(&whom);
        self.end(|_, capability| capability.space == space && capability.user == whom);
        done(200)
    }

    fn delete_account(&mut self, who: usize) -> Outcome {
        let owned: Vec<_> =
            (0..self.spaces.len()).filter(|space| self.owners(*space).contains(&who)).collect();
        let is_last = |space: &usize| self.owners(*space).len() == 1 && self.spaces[*space].members.len() > 1;
        if owned.iter().any(is_last) {
            return Err(409);
        }
        for space in
            owned.into_iter().filter(|space| self.spaces[*space].members.len() == 1).collect::<Vec<_>>()
        {
            self.end_space(space);
        }
        for space in &mut self.spaces {
            space.members.remove(&who);
        }
        for message in self.messages.iter_mut().filter(|message| message.author == who) {
            message.is_there = false;
        }
        self.end(|_, capability| capability.user == who);
        self.sessions.remove(&who);
        self.deleted.insert(who);
        done(200)
    }

    fn owners(&self, space: usize) -> BTreeSet<usize> {
        let members = self.spaces[space].members.iter();
        members.filter(|(_, roles)| roles.contains("owner")).map(|(who, _)| *who).collect()
    }

    fn end_space(&mut self, space: usize) {
        self.spaces[space] = Space::default();
        self.end(|_, capability| capability.space == space);
    }

    fn give(&mut self, user: usize, space: usize, target: Target, letters: &str, parent: Option<usize>) {
        let permissions = letters.chars().collect();
        self.capabilities.push(Capability { user, space, target, permissions, parent, is_alive: true });
    }

    /// Ends capabilities and everything shared from them; what was shared stands behind what it was shared from.
    fn end(&mut self, ends: impl Fn(usize, &Capability) -> bool) {
        for index in 0..self.capabilities.len() {
            let parent_ended =
                self.capabilities[index].parent.is_some_and(|parent| !self.capabilities[parent].is_alive);
            if parent_ended || ends(index, &self.capabilities[index]) {
                self.capabilities[index].is_alive = false;
            }
        }
    }
}

/// Has a number mean one of these, three times out of four, if there are any.
fn aim(number: &mut usize, fitting: &[usize]) {
    if !number.is_multiple_of(4) && !fitting.is_empty() {
        *number = fitting[*number / 4 % fitting.len()];
    }
}

const _: () = assert!(PEOPLE > 2, "handing over and looking on take three");
