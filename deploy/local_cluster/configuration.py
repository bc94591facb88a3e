"""The configuration files of a cluster: DIR/lode.toml for the first of each service, and one that
differs in folder and ports for each further one."""
from backing import NODE_USER, WALLET
from tables import merged, toml

HEADER = ("# Written by deploy/cluster: every other setting is at its default, see\n"
          "# deploy/lode.toml. It is kept as it is here until the node, the broker or the database "
          "moves.\n")


class Configuration:
    """`ports`: part name -> {"health": …}; `backing`: Backing, started; `settings`: laid over all.
    """

    def __init__(self, folder, shape, ports, backing):
        self.folder = folder
        self.shape = shape
        self.ports = ports
        self.backing = backing

    def file(self, part):
        """The first of each service reads the common file."""
        return self.folder / (f"{part}.toml" if self._is_further(part) else "lode.toml")

    def files(self, settings):
        """File -> text, for all parts."""
        texts = {}
        for part in self.shape.service_names():
            tables = merged(self._tables(part), settings)
            texts[self.file(part)] = HEADER + "\n" + toml(tables) + "\n"
        return texts

    def _is_further(self, part):
        return part not in ("lode", self.shape.service_names()[part])

    def _endpoint(self, part):
        return f"http://127.0.0.1:{self.ports[part]['health']}"

    def _endpoints(self, service):
        return [self._endpoint(part) for part, program in self.shape.service_names().items()
                if program == service]

    def _tables(self, part):
        further = self._is_further(part)
        data = self.folder / "data"
        tables = {"data_dir": data / part if further else data} | self._outside()
        if part == "lode":
            return merged(tables, self._embedded())
        first = {program: self._of(program, program)
                 for program in self.shape.service_names().values()}
        own = {self.shape.service_names()[part]: self._of(part, self.shape.service_names()[part])}
        ways = {"gbtmaker": {"receivers": self._endpoints("jobmaker")
                             + self._endpoints("blkmaker")},
                "jobmaker": {"sservers": self._endpoints("sserver")},
                "sserver": {"blkmakers": self._endpoints("blkmaker")},
                # One archive, in which each instance writes files of its own.
                "sharelogger": {"archive_dir": self.folder / "archive"}}
        return merged(merged(merged(tables, first), own), ways)

    def _outside(self):
        """Bus, database and chain."""
        backing = self.backing
        tables = {"bus": {"url": "embedded:"}, "database": {"url": "sqlite:"}}
        if "kafka" in backing.names:
            tables["bus"]["url"] = f"kafka://{backing.facts('kafka')['brokers']}"
        if "mariadb" in backing.names:
            tables["database"] = {"url": backing.facts("mariadb")["url"],
                                  "password": f"file:{self.folder}/secrets/database"}
        nodes = [{"url": backing.facts(name)["rpc_url"], "user": NODE_USER,
                  "password": f"file:{self.folder}/secrets/node",
                  "zmq": backing.facts(name)["zmq_hashblock"], "priority": number}
                 for number, name in enumerate(backing.nodes())]
        tables["chain"] = [{"name": "regtest", "network": "regtest", "node": nodes,
                            "payout_address": backing.payout_address()}]
        return tables

    def _of(self, part, service):
        """What a service of that name listens on."""
        ports = self.ports[part]
        tables = {"health_port": ports["health"]}
        if service == "sserver":
            tables["listener"] = [{"address": "127.0.0.1", "port": ports["stratum"]}]
        if service == "payout":
            tables |= self._wallet()
        if service == "statshttpd":
            tables |= {"address": "127.0.0.1", "port": ports["api"]}
        return tables

    def _wallet(self):
        """Payments by the node's wallet that rewards go to."""
        url = self.backing.facts(self.backing.wallet_node())["rpc_url"]
        return {"payments": "wallet", "wallet": WALLET, "wallet_url": url,
                "wallet_user": NODE_USER, "wallet_password": f"file:{self.folder}/secrets/node"}

    def _embedded(self):
        ports = self.ports["lode"]
        return {"gbtmaker": {"health_port": ports["health"]}, "payout": self._wallet(),
                "sserver": {"listener": [{"address": "127.0.0.1", "port": ports["stratum"]}]},
                "statshttpd": {"address": "127.0.0.1", "port": ports["api"]}}
