"""Put questions to other libraries' keyword search; run by peers.py, in their environment.

Reads lines of {"documents": {name: text}, "questions": [text]} from stdin. For each, writes a line
of {library: {"rankings": [[name]], "seconds": [float]}} to stdout, a ranking and a time for each
question.

Each library is used as its documentation shows, with its defaults; only the number of documents to
find is set. The defaults are made for English. LlamaIndex takes out English stop words (of Hindi
ones it has no list) and English endings. A word of LlamaIndex's or Haystack's ends at every
Devanagari vowel sign; both could be given another pattern, which would bring their Hindi up to
LangChain's and txtai's. LangChain's words are what stands between spaces, punctuation and case and
all. LlamaIndex and LangChain fill a ranking up with documents that hold nothing of the question.
"""

import json
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout

from haystack import Document as HaystackDocument
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from langchain_community.retrievers import BM25Retriever as LangChainRetriever
from langchain_core.documents import Document as LangChainDocument
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever as LlamaIndexRetriever
from txtai import Embeddings

DEPTH = 10
"""Documents to find: nDCG@10 looks no further."""

Search = Callable[[str], list[str]]


def llama_index(documents: dict[str, str]) -> Search:
    """Index with LlamaIndex; no embedding and no LLM take part."""
    nodes = [TextNode(id_=name, text=text) for name, text in documents.items()]
    retriever = LlamaIndexRetriever.from_defaults(nodes=nodes, similarity_top_k=DEPTH)
    return lambda question: [found.node.node_id for found in retriever.retrieve(question)]


def haystack(documents: dict[str, str]) -> Search:
    """Index with Haystack, in memory."""
    store = InMemoryDocumentStore()
    store.write_documents(
        [HaystackDocument(id=name, content=text) for name, text in documents.items()]
    )
    retriever = InMemoryBM25Retriever(store, top_k=DEPTH)
    return lambda question: [found.id for found in retriever.run(query=question)["documents"]]


def langchain(documents: dict[str, str]) -> Search:
    """Index with LangChain."""
    retriever = LangChainRetriever.from_documents(
        [LangChainDocument(id=name, page_content=text) for name, text in documents.items()],
        k=DEPTH,
    )
    return lambda question: [found.id for found in retriever.invoke(question)]


def txtai(documents: dict[str, str]) -> Search:
    """Index with txtai, for keywords only: no vectors, no model."""
    embeddings = Embeddings(keyword=True)
    embeddings.index(documents.items())
    return lambda question: [name for name, _ in embeddings.search(question, DEPTH)]


PEERS = {"LlamaIndex": llama_index, "Haystack": haystack, "LangChain": langchain, "txtai": txtai}


def main() -> None:
    """Answer stdin's lines."""
    results = sys.stdout
    # Whatever a library has to say goes elsewhere than the results.
    with redirect_stdout(sys.stderr):
        for line in sys.stdin:
            asked = json.loads(line)
            runs = {}
            for peer, index in PEERS.items():
                search = index(asked["documents"])
                rankings, seconds = [], []
                for question in asked["questions"]:
                    begin = time.perf_counter()
                    rankings.append(search(question))
                    seconds.append(time.perf_counter() - begin)
                runs[peer] = {"rankings": rankings, "seconds": seconds}
            results.write(json.dumps(runs) + "\n")


if __name__ == "__main__":
    main()
