// What a hash rate is expected to earn: display only, nothing is paid by it.

// The expected number of hashes that a difficulty of 1 takes.
const HASHES_A_DIFFICULTY = 2 ** 32;

export const RATE_UNITS = [["GH/s", 1e9], ["TH/s", 1e12], ["PH/s", 1e15], ["EH/s", 1e18]];

// Seconds until that many base units are expected, null while something is not known or is zero.
// hashrate in hashes per second, difficulty as the chain's, reward and minimum in base units.
export function seconds_to_first_payment({ hashrate, difficulty, reward, fee_ppm, minimum }) {
    const earned_a_second = Number(hashrate) / (Number(difficulty) * HASHES_A_DIFFICULTY) *
        Number(reward) * (1 - Number(fee_ppm ?? 0) / 1e6);
    const seconds = Number(minimum) / earned_a_second;
    return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}
