//! What each recipe prints, worked out by hand from what it has: the command, its exit status (3, where it
//! rejects a reading), and its rows.

use super::RANDOM;

const TWO_CHANNELS: &str =
    "ch1\tch2\n256\t770\n1284\t1798\n2312\t2826\n3340\t3854\n4368\t4882\n5396\t5910\n";

/// Without 90 and -40.
const PLAUSIBLE: &str = "20\n20.5\n21\n21.5\n";

/// The recipes of all tables, in their order.
pub(super) const PRINTED: &[(&str, i32, &str)] = &[
    ("conv --signal sine --range -5.00..5.00 --rate 100 --count 3", 0, "0\n0.31\n0.63\n"),
    ("conv --poll temp1_input --scale 0.001 --period 10ms --count 3", 0, "21.5\n21.5\n21.5\n"),
    (
        "conv --poll temp1_input --poll hum1_input --names temp,hum --stamp --period 10ms --count 3",
        0,
        "time\ttemp\thum\nNOW\t21500\t48\nNOW\t21500\t48\nNOW\t21500\t48\n",
    ),
    (RANDOM, 0, "1000 integers from 0 to 100\n"),
    // (394 - 50) × 62.5 and (-6 - 50) × 62.5.
    (
        "conv --iio iio:device0 --count 2",
        0,
        "time\tin_temp\n2023-11-14T22:13:20.000000Z\t21500\n2023-11-14T22:13:20.010000Z\t-3500\n",
    ),
    (
        "conv --iio iio:device0 --columns in_temp --offset 0 --scale 1 --count 2",
        0,
        "time\tin_temp\n2023-11-14T22:13:20.000000Z\t394\n2023-11-14T22:13:20.010000Z\t-6\n",
    ),
    ("conv --from scope.csv --columns CH2", 0, "0.24\n0.16\n"),
    (
        "conv --from scope.csv --delimiter ,",
        0,
        "X\tCH1\tCH2\n-0.001\t0.004\t0.24\n-0.0009\t0\t0.16\n",
    ),
    ("conv --from log.csv --columns Temp --decimal ,", 0, "21.5\n21.6\n"),
    ("conv --from commas.txt --decimal ,", 0, "1.25\n1.5\n"),
    (
        "conv --from station.txt --columns temp,hum --comment '#'",
        0,
        "temp\thum\n21.5\t48\n21.6\t49\n",
    ),
    (
        "conv --from station.txt --skip 2 --delimiter ';'",
        0,
        "day\ttemp\thum\n1\t21.5\t48\n2\t21.6\t49\n",
    ),
    ("conv --from labels.txt --format labels", 0, "temp\thum\n21.5\t48\n21.6\t49\n"),
    (
        "conv --from messages.json --format json --columns temp,hum --time ts --time-format unix-ms",
        0,
        "time\ttemp\thum\n2023-11-14T22:13:20.000000Z\t21.5\t48\n",
    ),
    // In summer two hours before UTC, in winter one.
    (
        "conv --from log.csv --columns Temp --decimal , --time Zeit \
         --time-format '%d.%m.%Y %H:%M' --time-zone Europe/Berlin",
        0,
        "time\tTemp\n2023-10-28T23:30:00.000000Z\t21.5\n2023-10-29T02:00:00.000000Z\t21.6\n",
    ),
    (
        "conv --from ms.csv --time ts --time-format unix-ms --columns temp",
        0,
        "time\ttemp\n2023-11-14T22:13:20.000000Z\t21.5\n2023-11-14T22:13:21.000000Z\t21.75\n\
         2023-11-14T22:13:22.000000Z\t23\n",
    ),
    ("conv --from readings.txt --stamp", 0, "time\tvalue\nNOW\t20\nNOW\t20.5\nNOW\t21\n"),
    ("conv --from ds18b20.txt --missing 85", 0, "21.4375\n21.5\n"),
    ("conv --from two.csv --columns a,b --missing NA,b=-999", 0, "a\tb\n1\t\n\t2\n3\t4\n"),
    ("conv --from readings.txt --scale 9/5 --offset 160/9", 0, "68\n68.9\n69.8\n"),
    // 512 × 165/1023 - 40 = 42.580645161290322…, of which 17 digits are kept.
    ("conv --from codes.txt --map 0..1023=-40..125", 0, "-40\n42.580645161290323\n125\n"),
    (
        "conv --from two.csv --columns a,b --missing NA --scale b=1/1000",
        0,
        "a\tb\n1\t-0.999\n\t0.002\n3\t0.004\n",
    ),
    ("conv --from sensor.txt --plausible 0..50", 3, PLAUSIBLE),
    ("conv --from sensor.txt --plausible 0..", 3, "20\n20.5\n90\n21\n21.5\n"),
    ("conv --from sensor.txt --spike 5", 3, PLAUSIBLE),
    // From 21.75 to 23 within a second.
    (
        "conv --from ms.csv --time ts --time-format unix-ms --columns temp --step 0.5",
        3,
        "time\ttemp\n2023-11-14T22:13:20.000000Z\t21.5\n2023-11-14T22:13:21.000000Z\t21.75\n\
         2023-11-14T22:13:22.000000Z\t\n",
    ),
    ("conv --from sensor.txt --step 5 --step-patience 10", 3, PLAUSIBLE),
    ("conv --poll temp1_input --flat 10min --period 10ms --count 3", 0, "21500\n21500\n21500\n"),
    // The 51st has stayed for 50 readings.
    (
        "conv --from stuck.txt --flat 50,0.1",
        3,
        "20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n\
         20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n\
         20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n20.05\n20\n\
         20.05\n",
    ),
    ("conv --from /dev/ttyUSB0 --baud 115200", 0, "1\n2\n"),
    ("conv --from /dev/ttyUSB0 --baud 115200 --reconnect", 0, "1\n2\n"),
    ("conv --from readings.fifo --reconnect --count 3", 0, "1\n2\n3\n"),
    (
        "conv --from words.raw --format s16le",
        0,
        "256\n770\n1284\n1798\n2312\n2826\n3340\n3854\n4368\n4882\n5396\n5910\n",
    ),
    ("conv --from words.raw --format s16le --channels 2 --columns all", 0, TWO_CHANNELS),
    (
        "conv --from words.raw --format s16le --channels 2 --columns 2",
        0,
        "770\n1798\n2826\n3854\n4882\n5910\n",
    ),
    // The same by 16, without what is left over.
    (
        "conv --from words.raw --format 'le:s12/16>>4'",
        0,
        "16\n48\n80\n112\n144\n176\n208\n240\n273\n305\n337\n369\n",
    ),
    // 0x010203, 0x050607, …
    (
        "conv --from words.raw --format 'be:u24/32>>0'",
        0,
        "66051\n329223\n592395\n855567\n1118739\n1381911\n",
    ),
    ("conv --from floats.raw --format f32be", 0, "0.1\n1.5\n-2.5\n"),
    (
        "conv --from words.raw --skip 4 --format s16le",
        0,
        "1284\n1798\n2312\n2826\n3340\n3854\n4368\n4882\n5396\n5910\n",
    ),
    ("conv --from gaps.raw --format f32be --missing nan", 0, "0.1\n-2.5\n"),
    ("conv --from tone.wav", 0, "ch1\tch2\n256\t770\n1284\t1798\n2312\t2826\n3340\t3854\n"),
    (
        "conv --from tone.wav --columns 1 --scale 1/32768",
        0,
        "0.0078125\n0.0391845703125\n0.070556640625\n0.1019287109375\n",
    ),
    (
        "cat tone.wav | conv --from - --format wav --names left,right",
        0,
        "left\tright\n256\t770\n1284\t1798\n2312\t2826\n3340\t3854\n",
    ),
];
