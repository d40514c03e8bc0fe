//! The first cause of an incident, guessed.

use std::collections::BTreeSet;

use super::{Cause, Member};

/// What begins so soon after the first may have been its cause, seen later: milliseconds.
const TOGETHER: i64 = 5 * 60_000;

/// The alert of the service that most others depend on, among those that began at about the same time; else the first.
pub(super) fn cause(members: &[Member], dependencies: &[(String, String)]) -> Option<Cause> {
    let first = members.iter().min_by_key(|member| (member.starts_at, &member.fingerprint))?;
    let mut best: Option<(usize, &Member, &str)> = None;
    for member in members.iter().filter(|member| member.starts_at - first.starts_at <= TOGETHER) {
        let Some(service) = service(member) else { continue };
        let dependent = |other: &&Member| {
            self::service(other)
                .is_some_and(|other| other != service && depends(other, service, dependencies))
        };
        let count = members.iter().filter(dependent).count();
        let is_better = best.is_none_or(|(most, known, _)| {
            count > most
                || (count == most
                    && (member.starts_at, &member.fingerprint) < (known.starts_at, &known.fingerprint))
        });
        if count > 0 && is_better {
            best = Some((count, member, service));
        }
    }
    Some(match best {
        Some((count, member, service)) => Cause {
            fingerprint: member.fingerprint.clone(),
            why: format!("{count} of the other alerts are of services that depend on {service}"),
        },
        None => Cause { fingerprint: first.fingerprint.clone(), why: "it began first".to_owned() },
    })
}

fn service(member: &Member) -> Option<&str> {
    ["service", "service_name", "job"].iter().find_map(|name| member.labels.get(*name)).map(String::as_str)
}

/// Whether a service depends on another, over others too.
fn depends(one: &str, other: &str, dependencies: &[(String, String)]) -> bool {
    let (mut seen, mut next) = (BTreeSet::from([one]), vec![one]);
    while let Some(service) = next.pop() {
        for (_, needed) in dependencies.iter().filter(|(from, _)| from == service) {
            if needed == other {
                return true;
            }
            if seen.insert(needed) {
                next.push(needed);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(service: &str, starts_at: i64) -> Member {
        Member {
            fingerprint: format!("{service}-{starts_at}"),
            labels: [("service".to_owned(), service.to_owned())].into(),
            summary: String::new(),
            starts_at,
            ends_at: None,
            times: 1,
        }
    }

    #[test]
    fn what_others_depend_on_goes_before_what_began_first() {
        let dependencies = [("shop", "pay"), ("pay", "db"), ("db", "shop")]
            .map(|(one, other)| (one.to_owned(), other.to_owned()));
        let told =
            |members: &[Member], known: &[(String, String)]| cause(members, known).unwrap().fingerprint;
        let members = [member("shop", 100), member("pay", 200), member("db", 300)];
        assert_eq!(told(&members, &[]), "shop-100");
        assert_eq!(told(&members, &dependencies[..2]), "db-300");
        // In a circle each depends on each, and the first is the first.
        assert_eq!(told(&members, &dependencies), "shop-100");
        // What began long after was not the cause.
        let late = [member("shop", 100), member("db", 100 + TOGETHER + 1)];
        assert_eq!(told(&late, &dependencies[..2]), "shop-100");
        assert_eq!(cause(&[], &[]), None);
    }
}
