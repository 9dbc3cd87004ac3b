//! Linux' Industrial I/O convention: beside `in_voltage0_raw` lie `in_voltage0_offset` and
//! `in_voltage0_scale`, or, shared by all channels of a type, `in_voltage_offset` and so on
//! (Documentation/ABI/testing/sysfs-bus-iio).

use std::path::Path;

use stage::decimal::Decimal;
use stage::message::quoted_path;

use super::Error;
use super::polled::read_number;
use crate::conversion::Attributes;

/// The ending of a raw reading's name.
const RAW: &str = "_raw";

/// The offset and scale that lie beside `path`, if that is the raw reading of an IIO channel.
pub fn attributes(path: &Path) -> Result<Attributes, Error> {
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(channel) = name.and_then(|name| name.strip_suffix(RAW)) else {
        return Ok(Attributes::default());
    };
    Ok(Attributes {
        offset: attribute(path, channel, "offset")?,
        scale: attribute(path, channel, "scale")?,
    })
}

fn attribute(raw: &Path, channel: &str, kind: &str) -> Result<Option<Decimal>, Error> {
    let found = sharings(channel)
        .iter()
        .map(|name| raw.with_file_name(format!("{name}_{kind}")))
        .find(|path| path.exists());
    found
        .map(|path| {
            read_number(&path).map_err(|why| Error::Attribute { name: quoted_path(&path), why })
        })
        .transpose()
}

/// The names under which an attribute of `channel` may be kept, the most particular first:
/// the channel's own, that of all channels of its type (`in_voltage0` → `in_voltage`), and
/// that of all directions of a sensor (`in_accel_x` → `in_accel`).
fn sharings(channel: &str) -> Vec<String> {
    let of_type: String = channel.chars().filter(|char| !char.is_ascii_digit()).collect();
    let mut names = vec![channel.to_owned(), of_type.clone()];
    // The direction, `in_` or `out_`, is no modifier.
    if let Some((sensor, _)) = of_type.rsplit_once('_')
        && sensor.contains('_')
    {
        names.push(sensor.to_owned());
    }
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device's folder with these files in it.
    fn device(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    fn of(dir: &tempfile::TempDir, name: &str) -> (Option<String>, Option<String>) {
        let Attributes { offset, scale } = attributes(&dir.path().join(name)).unwrap();
        (offset.map(|it| it.to_string()), scale.map(|it| it.to_string()))
    }

    #[test]
    fn a_channels_own_attributes_come_before_shared_ones() {
        let dir = device(&[
            ("in_voltage0_offset", "-2048\n"),
            ("in_voltage_scale", "0.5\n"),
            ("in_voltage0_scale", "0.805664062\n"),
        ]);
        let own = (Some("-2048".to_owned()), Some("0.805664062".to_owned()));
        assert_eq!(of(&dir, "in_voltage0_raw"), own);
        assert_eq!(of(&dir, "in_voltage1_raw"), (None, Some("0.5".to_owned())));
    }

    #[test]
    fn a_sensors_directions_share_their_scale() {
        let dir = device(&[("in_accel_scale", "0.019163\n")]);
        assert_eq!(of(&dir, "in_accel_x_raw"), (None, Some("0.019163".to_owned())));
    }

    #[test]
    fn other_files_have_no_attributes() {
        let dir = device(&[("temp1_scale", "2\n")]);
        assert_eq!(of(&dir, "temp1_input"), (None, None));
    }

    #[test]
    fn a_scale_that_is_no_number_is_an_error() {
        let dir = device(&[("in_temp_scale", "much\n")]);
        let error = attributes(&dir.path().join("in_temp_raw")).unwrap_err();
        let name = dir.path().join("in_temp_scale");
        assert_eq!(
            error.to_string(),
            format!("cannot use \"{}\": not a number: \"much\"", name.display())
        );
    }
}
