//! Linux's Industrial I/O convention: beside a raw reading lie the offset and the scale of its
//! channel, or those that several channels share.
//!
//! A raw reading's file is named `DIRECTION_TYPE[NUMBER][_MODIFIER][_STATISTIC]_raw`. The kernel
//! keeps an attribute for one channel, or for several; `sharings` lists the names that it may have,
//! the most specific first. The first file that exists counts, for the offset and for the scale
//! separately.
//!
//! | shared by | `in_voltage0_i_raw` | `in_voltage0-voltage1_raw` | `in_accel_x_raw` |
//! |---|---|---|---|
//! | nobody | `in_voltage0_i_scale` | `in_voltage0-voltage1_scale` | `in_accel_x_scale` |
//! | the channels with this modifier | `in_voltage_i_scale` | | |
//! | the modifiers of this channel | `in_voltage0_scale` | | |
//! | the differential channels of this type | | `in_voltage-voltage_scale` | |
//! | all channels of this type | `in_voltage_scale` | `in_voltage_scale` | `in_accel_scale` |
//! | all inputs (or outputs) | `in_scale` | `in_scale` | `in_scale` |
//! | all channels | `scale` | `scale` | `scale` |
//!
//! A mean, a peak or a trough (`in_temp0_mean_raw`) is converted as the channel's raw readings are;
//! a peak may have a scale of its own (`in_accel_peak_scale`), which comes first.
//!
//! Sources: Documentation/ABI/testing/sysfs-bus-iio of the kernel for the names, and its
//! drivers/iio/industrialio-core.c for what is shared by which channels.

use std::path::{Path, PathBuf};

use stage::process::message::quoted_path;

use super::super::Error;
use super::super::number::read_number;
use crate::conversion::Conversion;
use crate::fraction::Fraction;

/// The ending of a raw reading's name.
const RAW: &str = "_raw";

/// Endings of a channel's name that say which statistic of its readings it is, and the kind of scale
/// that takes precedence over the ordinary one.
const STATISTICS: [(&str, Option<&str>); 3] =
    [("_mean", None), ("_peak", Some("peak_scale")), ("_trough", None)];

/// Whether `path` is named like the raw reading of an IIO channel.
pub(crate) fn is_raw(path: &Path) -> bool {
    channel(path).is_some_and(|channel| Name::parse(channel).is_some())
}

/// The offset and scale that lie beside `path`, if that is a raw reading.
pub(crate) fn attributes(path: &Path) -> Result<Conversion, Error> {
    let Some(channel) = channel(path) else { return Ok(Conversion::default()) };
    let (channel, own_scale) = without_statistic(channel);
    let scale = match own_scale {
        Some(kind) => attribute(path, channel, kind)?,
        None => None,
    };
    Ok(Conversion {
        offset: attribute(path, channel, "offset")?,
        scale: match scale {
            None => attribute(path, channel, "scale")?,
            own => own,
        },
    })
}

/// The name of a raw reading without its ending.
fn channel(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.strip_suffix(RAW)
}

/// The channel that a statistic belongs to, and the kind of scale that it may have of its own.
fn without_statistic(channel: &str) -> (&str, Option<&'static str>) {
    STATISTICS
        .iter()
        .find_map(|(ending, scale)| Some((channel.strip_suffix(ending)?, *scale)))
        .unwrap_or((channel, None))
}

fn attribute(raw: &Path, channel: &str, kind: &str) -> Result<Option<Fraction>, Error> {
    attribute_file(raw, channel, kind)
        .map(|path| {
            let number = read_number(&path).map(|number| Fraction::from(number.into_decimal()));
            number.map_err(|why| Error::Attribute { name: quoted_path(&path), why })
        })
        .transpose()
}

/// The file beside `path` that holds the attribute of this `kind` for `channel`: its own, or a shared one.
pub(super) fn attribute_file(path: &Path, channel: &str, kind: &str) -> Option<PathBuf> {
    let names = sharings(channel).into_iter().map(|shared| match shared.as_str() {
        "" => kind.to_owned(),
        shared => format!("{shared}_{kind}"),
    });
    names.map(|name| path.with_file_name(name)).find(|path| path.exists())
}

/// The names that an attribute of `channel` may have, the most specific first. Files that are not
/// IIO's share nothing.
fn sharings(channel: &str) -> Vec<String> {
    let Some(Name { direction, input, modifier }) = Name::parse(channel) else {
        return vec![channel.to_owned()];
    };
    let kind = without_numbers(input);
    let single = kind.split('-').next().unwrap_or(&kind);
    let rows = [
        format!("{direction}_{input}{modifier}"),
        format!("{direction}_{kind}{modifier}"),
        format!("{direction}_{input}"),
        format!("{direction}_{kind}"),
        format!("{direction}_{single}"),
        direction.to_owned(),
        String::new(),
    ];
    let mut names = Vec::new();
    for name in rows {
        // Without a modifier or a number, several rows are the same.
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The parts of a channel's name: `in_voltage0-voltage1` or `in_temp3_ambient`.
struct Name<'a> {
    /// `in` or `out`.
    direction: &'a str,
    /// The type with its number, `voltage0`, or two of them, `voltage0-voltage1`.
    input: &'a str,
    /// What follows, `_ambient`; digits in it are not a channel's number, `_co2`.
    modifier: &'a str,
}

impl Name<'_> {
    fn parse(channel: &str) -> Option<Name<'_>> {
        let (direction, rest) = channel.split_once('_')?;
        let (input, modifier) = rest.split_at(rest.find('_').unwrap_or(rest.len()));
        let is_named = ["in", "out"].contains(&direction) && !input.is_empty();
        is_named.then_some(Name { direction, input, modifier })
    }
}

/// `voltage0-voltage1` → `voltage-voltage`.
fn without_numbers(input: &str) -> String {
    let types =
        input.split('-').map(|one| one.trim_end_matches(|char: char| char.is_ascii_digit()));
    types.collect::<Vec<_>>().join("-")
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
        let Conversion { offset, scale } = attributes(&dir.path().join(name)).unwrap();
        (offset.map(|it| it.to_string()), scale.map(|it| it.to_string()))
    }

    /// The names of a scale, in the order in which they are tried.
    fn tried(raw: &str) -> Vec<String> {
        let (channel, own) = without_statistic(raw.strip_suffix(RAW).unwrap());
        let of_kind = |kind: &str| {
            let named = |shared: &String| format!("{shared}_{kind}");
            let names = sharings(channel).iter().map(named).collect::<Vec<_>>();
            names.iter().map(|name| name.trim_start_matches('_').to_owned()).collect::<Vec<_>>()
        };
        own.map(of_kind).into_iter().flatten().chain(of_kind("scale")).collect()
    }

    #[test]
    fn every_sharing_of_the_kernel_is_tried_the_most_specific_first() {
        for (raw, names) in [
            ("in_voltage0_raw", "in_voltage0_scale in_voltage_scale in_scale scale"),
            ("out_voltage3_raw", "out_voltage3_scale out_voltage_scale out_scale scale"),
            ("in_accel_x_raw", "in_accel_x_scale in_accel_scale in_scale scale"),
            ("in_temp_object_raw", "in_temp_object_scale in_temp_scale in_scale scale"),
            (
                "in_voltage0_i_raw",
                "in_voltage0_i_scale in_voltage_i_scale in_voltage0_scale in_voltage_scale \
                 in_scale scale",
            ),
            (
                "in_voltage0-voltage1_raw",
                "in_voltage0-voltage1_scale in_voltage-voltage_scale in_voltage_scale in_scale \
                 scale",
            ),
            (
                "in_concentration_co2_raw",
                "in_concentration_co2_scale in_concentration_scale in_scale scale",
            ),
            ("in_temp0_mean_raw", "in_temp0_scale in_temp_scale in_scale scale"),
            ("in_temp_trough_raw", "in_temp_scale in_scale scale"),
            (
                "in_accel_x_peak_raw",
                "in_accel_x_peak_scale in_accel_peak_scale in_peak_scale peak_scale \
                 in_accel_x_scale in_accel_scale in_scale scale",
            ),
            (
                "in_rot_from_north_true_tilt_comp_raw",
                "in_rot_from_north_true_tilt_comp_scale in_rot_scale in_scale scale",
            ),
            ("temp1_raw", "temp1_scale"),
        ] {
            assert_eq!(tried(raw).join(" "), names, "{raw}");
        }
    }

    #[test]
    fn each_name_that_is_tried_is_found_if_it_is_the_only_one() {
        for raw in ["in_voltage0_i_raw", "in_voltage0-voltage1_raw", "in_accel_x_peak_raw"] {
            for name in tried(raw) {
                let dir = device(&[(&name, "0.25\n")]);
                assert_eq!(of(&dir, raw), (None, Some("0.25".to_owned())), "{raw} {name}");
            }
        }
    }

    #[test]
    fn a_channels_own_attributes_come_before_shared_ones() {
        let dir = device(&[
            ("in_voltage0_offset", "-2048\n"),
            ("in_voltage_scale", "0.5\n"),
            ("in_voltage0_scale", "0.805664062\n"),
            ("scale", "7\n"),
        ]);
        let own = (Some("-2048".to_owned()), Some("0.805664062".to_owned()));
        assert_eq!(of(&dir, "in_voltage0_raw"), own);
        assert_eq!(of(&dir, "in_voltage1_raw"), (None, Some("0.5".to_owned())));
        assert_eq!(of(&dir, "in_temp_raw"), (None, Some("7".to_owned())));
    }

    #[test]
    fn other_channels_attributes_do_not_apply() {
        let dir = device(&[
            ("in_voltage1_scale", "1\n"),
            ("in_voltage-voltage_scale", "2\n"),
            ("in_accel_scale", "3\n"),
            ("out_scale", "4\n"),
            ("in_voltage_i_scale", "5\n"),
        ]);
        assert_eq!(of(&dir, "in_voltage0_raw"), (None, None));
    }

    #[test]
    fn other_files_have_no_attributes() {
        let dir = device(&[("temp1_scale", "2\n"), ("in_temp_scale", "3\n"), ("scale", "4\n")]);
        assert_eq!(of(&dir, "temp1_input"), (None, None));
        assert_eq!(of(&dir, "in_temp_input"), (None, None));
        assert_eq!(of(&dir, "temp2_raw"), (None, None));
        assert_eq!(of(&dir, "temp1_raw"), (None, Some("2".to_owned())));
    }

    #[test]
    fn only_a_direction_makes_a_raw_reading_of_iio() {
        for (name, is_iio) in [
            ("in_voltage0_raw", true),
            ("out_voltage0_raw", true),
            ("in_temp_input", false),
            ("temp1_raw", false),
            ("in_raw", false),
        ] {
            assert_eq!(is_raw(Path::new(name)), is_iio, "{name}");
        }
    }

    #[test]
    fn a_scale_that_is_not_a_number_is_an_error() {
        let dir = device(&[("in_temp_scale", "much\n")]);
        let error = attributes(&dir.path().join("in_temp_raw")).unwrap_err();
        let name = dir.path().join("in_temp_scale");
        assert_eq!(
            error.to_string(),
            format!("cannot use \"{}\": not a number: \"much\"", name.display())
        );
    }
}
