"""What a cluster consists of: the choices of who asked for it, and the parts that follow."""
import dataclasses

# In the order of starting: those who read before those who write, so that nothing waits for long.
SERVICES = ("statshttpd", "payout", "sharelogger", "blkmaker", "sserver", "jobmaker",
            "gbtmaker", "poolwatcher")
# Services of which there may be several, and the option that says how many.
COUNTED = {"sserver": "sservers", "jobmaker": "jobmakers", "sharelogger": "shareloggers",
           "blkmaker": "blkmakers", "gbtmaker": "gbtmakers", "payout": "payouts"}
LISTENING = {"sserver": "stratum", "statshttpd": "api"}  # ports besides health
# Each has a few hundred MB of memory or its threads to share; more is no trial on one machine.
COUNT_MAX = 16


class Refused(Exception):
    """A request that makes no sense, told in one line; exit code 2."""


@dataclasses.dataclass(frozen=True)
class Shape:
    """How many of what, on which bus and database."""
    bus: str
    db: str
    nodes: int
    counts: dict  # service -> how many processes of it

    def check(self):
        if self.bus == "kafka" and self.db == "sqlite":
            raise Refused("processes cannot share an SQLite file: --bus kafka needs --db mysql")
        for service, option in COUNTED.items():
            if self.bus == "embedded" and self.counts[service] > 1:
                raise Refused(f"the embedded bus has one process: --{option} must be 1")

    def service_names(self):
        """Part name -> its program, in the order of starting."""
        if self.bus == "embedded":
            return {"lode": "lode"}
        return {name: service for service in SERVICES
                for name in numbered(service, self.counts.get(service, 1))}

    def backing_names(self):
        """Part name -> its script in deploy/backing-services."""
        names = {name: "bitcoind" for name in numbered("bitcoind", self.nodes)}
        if self.bus == "kafka":
            names["kafka"] = "kafka"
        if self.db == "mysql":
            names["mariadb"] = "mariadb"
        return names

    def port_names(self, part):
        """What the ports of a service part are for."""
        if part == "lode":
            return ["health", *LISTENING.values()]
        program = self.service_names()[part]
        return ["health", *([LISTENING[program]] if program in LISTENING else [])]


def numbered(program, count):
    """`program`, `program-2`, …"""
    return [program if number == 1 else f"{program}-{number}" for number in range(1, count + 1)]
