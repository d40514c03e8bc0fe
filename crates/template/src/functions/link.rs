//! Addresses.

use super::Function;
use super::arguments::text;
use super::escape::urlquery;
use crate::error::Stop;
use crate::exec::Exec;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_rules("externalURL", 0, 0, |exec, _| Ok(exec.env.external_url.into())),
    Function::of_rules("pathPrefix", 0, 0, |exec, _| Ok(path(exec.env.external_url).into())),
    Function::of_rules("graphLink", 1, 1, |exec, arguments| link(exec, text(arguments, 0)?, "0")),
    Function::of_rules("tableLink", 1, 1, |exec, arguments| link(exec, text(arguments, 0)?, "1")),
    Function::of_rules("stripPort", 1, 1, |_, arguments| {
        let address = text(arguments, 0)?;
        Ok(split(address).map_or(&**address, |(host, _)| host).into())
    }),
    Function::of_rules("stripDomain", 1, 1, |_, arguments| Ok(strip_domain(text(arguments, 0)?).into())),
];

/// The path of a URL: what stands between the host and a query.
fn path(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    let path = after.find('/').map_or("", |at| &after[at..]);
    path.split(['?', '#']).next().unwrap_or_default()
}

/// The page that shows an expression.
fn link(exec: &mut Exec<'_>, expression: &str, tab: &str) -> Result<Value, Stop> {
    let mut out = exec.meter.text();
    out.push("/graph?g0.expr=")?;
    urlquery(&mut out, expression)?;
    out.push("&g0.tab=")?;
    out.push(tab)?;
    Ok(out.finish().into())
}

/// The host and the port of an address; `None` if it has no port.
fn split(address: &str) -> Option<(&str, &str)> {
    if let Some(rest) = address.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        let port = port.strip_prefix(':')?;
        return (!host.contains('[') && !port.contains(['[', ']', ':'])).then_some((host, port));
    }
    let (host, port) = address.rsplit_once(':')?;
    (!host.contains([':', '[', ']']) && !port.contains(['[', ']'])).then_some((host, port))
}

/// An address with the first part of the host's name only; addresses of numbers stay.
fn strip_domain(address: &str) -> String {
    let (host, port) = split(address).unwrap_or((address, ""));
    if host.parse::<std::net::IpAddr>().is_ok() {
        return address.to_owned();
    }
    let name = host.split('.').next().unwrap_or_default();
    match (port, name.contains(':')) {
        ("", _) => name.to_owned(),
        (_, true) => format!("[{name}]:{port}"),
        _ => format!("{name}:{port}"),
    }
}
