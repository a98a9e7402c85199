"""Run as a process: DingTalk's own Stream client against the stand-in; tells as JSON lines what it understood."""

import asyncio
import json
import logging
import os
import sys

import dingtalk_stream
from dingtalk_stream import AckMessage

logging.disable(logging.ERROR)


def tell(kind, **found):
    print(json.dumps({"kind": kind, **found}, ensure_ascii=False), flush=True)  # noqa: T201 - its only voice


class Robot(dingtalk_stream.ChatbotHandler):
    async def process(self, callback):
        message = dingtalk_stream.ChatbotMessage.from_dict(callback.data)
        recognition = (message.extensions.get("content") or {}).get("recognition")
        tell(
            "robot", words=message.get_text_list(), who=message.sender_staff_id, nick=message.sender_nick,
            group=message.conversation_title, recognition=recognition,
        )  # fmt: skip
        words = message.get_text_list()
        if words and words[0].strip() == "卡片":
            replier = dingtalk_stream.CardReplier(self.dingtalk_client, message)
            track = await replier.async_create_and_deliver_card(
                os.environ["TEMPLATE"], {"title": "新线索", "buttons": '[{"text": "领取", "action": "claim:1"}]'},
                callback_type="STREAM", at_sender=False,
            )  # fmt: skip
            tell("card", track=track)
        elif message.image_content is not None:
            url = self.get_image_download_url(message.get_image_list()[0])
            tell("image", url=url)
        else:
            self.reply_markdown("收到", f"**收到** {words}", message)
        return AckMessage.STATUS_OK, "OK"


class Card(dingtalk_stream.CallbackHandler):
    async def process(self, callback):
        message = dingtalk_stream.CardCallbackMessage.from_dict(callback.data)
        tell("press", who=message.user_id, track=message.card_instance_id, content=message.content)
        return AckMessage.STATUS_OK, {
            "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
            "cardData": {"cardParamMap": {"title": "已领取", "buttons": "[]"}},
        }


class Event(dingtalk_stream.EventHandler):
    async def process(self, event):
        tell("event", type=event.headers.event_type, id=event.headers.event_id, data=event.data)
        return AckMessage.STATUS_OK, "OK"


def main():
    client = dingtalk_stream.DingTalkStreamClient(dingtalk_stream.Credential(sys.argv[1], sys.argv[2]))
    client.register_callback_handler(dingtalk_stream.ChatbotMessage.TOPIC, Robot())
    client.register_callback_handler(dingtalk_stream.CallbackHandler.TOPIC_CARD_CALLBACK, Card())
    client.register_all_event_handler(Event())
    asyncio.run(client.start())


main()
